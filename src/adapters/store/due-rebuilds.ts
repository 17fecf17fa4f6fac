import { sql } from 'kysely'
import { chainIds } from '../../core/image/chain.ts'
import type { CoverageEntry, ImageLayer } from '../../core/inventory/package.ts'
import { openIn } from '../../core/policy/counts.ts'
import type { FindingCounts, Outcome } from '../../core/policy/policy.ts'
import type { Rules } from '../../core/policy/rules.ts'
import { classText, type Tally } from '../../core/policy/tally.ts'
import { dueRows, readDueImages } from './due-image-rows.ts'
import type { Engine } from './engine.ts'
import { parseLayers } from './image-layers.ts'
import { askedImage } from './image-tables.ts'
import type { RebuiltImage } from './rebuild-records.ts'
import type { DueImage } from './reevaluation-records.ts'
import { inserted, listed } from './rows.ts'
import type { Tx } from './schema.ts'
import type { TallyClasses } from './tally-classes.ts'

/** An image, one of its bases, and what a rebuild of that leaves of the image. */
export interface DueRebuild {
  readonly imageId: number
  readonly baseId: number
  /** Of the base's layers. */
  readonly chain: string
  /** As judged. */
  readonly outcome: Outcome
  /** Findings that count now. */
  readonly open: number
  /** Undefined where nothing is closed. */
  readonly rebuilt: RebuiltImage | undefined
}

interface Reading {
  readonly engine: Engine
  readonly classes: TallyClasses
}

/** Of those images that lie somewhere and have a verdict, one for each stored base. */
export async function dueRebuilds(
  tx: Tx,
  reading: Reading,
  ids: readonly number[],
  rules: Rules,
): Promise<readonly DueRebuild[]> {
  const judged = await judgedImages(tx, ids)
  const bases = await basesOf(tx, judged)
  const based = judged.filter(({ id }) => bases.has(id))
  if (based.length === 0) return []
  const basedIds = based.map(({ id }) => id)
  const rows = await dueRows(tx, reading.engine, basedIds).execute()
  const images = await readDueImages(tx, reading, rows, rules)
  const twins = await twinsAmong(tx, basedIds)
  const pairs = based.flatMap(({ id }) => (bases.get(id) ?? []).map(({ baseId }) => ({ id, baseId })))
  const closed = await closedTallies(tx, reading, pairs)
  const due: DueRebuild[] = []
  for (const { id, outcome, open, coverage, matched } of based) {
    const image = images.get(id)?.evidence
    for (const base of image ? (bases.get(id) ?? []) : []) {
      const left = matched && image && (await leftOf(tx, id, image, base, closed.get(pairKey(id, base.baseId)), twins))
      const rebuilt = left && image && { ...image, evidence: left, feedCoverage: coverage }
      due.push({ imageId: id, outcome, open, ...base, rebuilt: rebuilt || undefined })
    }
  }
  return due
}

/** What is left of the evidence; undefined where that is all of it. */
async function leftOf(
  tx: Tx,
  id: number,
  { digest, evidence }: Pick<DueImage, 'digest' | 'evidence'>,
  { baseId }: Base,
  closed: ReadonlyMap<string, number> = new Map(),
  twins: ReadonlySet<number>,
): Promise<DueImage['evidence'] | undefined> {
  if ('tally' in evidence && !twins.has(id)) return closed.size === 0 ? undefined : withoutTally(evidence.tally, closed)
  const { findings, packages } = 'asked' in evidence ? evidence.asked : await askedImage(tx, digest)
  const gone = await closedPurls(tx, id, baseId)
  const left = findings.filter(({ finding, subject }) => finding.fixed === null || !gone.has(subject.purl))
  return left.length === findings.length ? undefined : { asked: { findings: left, packages } }
}

function withoutTally(tally: Tally, closed: ReadonlyMap<string, number>): DueImage['evidence'] {
  const left = tally.map((entry) => ({ ...entry, count: entry.count - (closed.get(classText(entry.class)) ?? 0) }))
  return { tally: left.filter(({ count }) => count > 0) }
}

/** Of packages all of whose rows in the image the base has too: a finding of a purl counts once for all its rows. */
async function closedPurls(tx: Tx, id: number, base: number): Promise<ReadonlySet<string>> {
  const purls = async (image: number) => {
    const rows = await tx
      .selectFrom('image_set')
      .innerJoin('set_package', 'set_package.set_id', 'image_set.set_id')
      .innerJoin('package', 'package.id', 'set_package.package_id')
      .select(['package.id', 'package.purl'])
      .where('image_set.image_id', '=', image)
      .execute()
    return new Map(rows.map((row) => [row.id, row.purl]))
  }
  const below = await purls(base)
  const own = await purls(id)
  const open = new Set([...own].filter(([row]) => !below.has(row)).map(([, purl]) => purl))
  return new Set([...own].filter(([row, purl]) => below.has(row) && !open.has(purl)).map(([, purl]) => purl))
}

interface JudgedImage {
  readonly id: number
  readonly layers: readonly ImageLayer[]
  readonly outcome: Outcome
  readonly open: number
  readonly coverage: readonly CoverageEntry[]
  /** Whether it was held against any feed. */
  readonly matched: boolean
}

async function judgedImages(tx: Tx, ids: readonly number[]): Promise<readonly JudgedImage[]> {
  const rows = await tx
    .selectFrom('image')
    .innerJoin('image_layers', 'image_layers.image_id', 'image.id')
    .innerJoin('verdict', 'verdict.image_id', 'image.id')
    .select(['image.id', 'image_layers.layers'])
    .select(['verdict.outcome', 'verdict.counts', 'verdict.coverage', 'verdict.snapshot'])
    .where('image.id', 'in', ids)
    .where('verdict.superseded_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('sighting')
          .select('sighting.digest')
          .whereRef('sighting.digest', '=', 'image.digest')
          .where('sighting.gone_at', 'is', null),
      ),
    )
    .orderBy('image.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    layers: parseLayers(row.layers),
    outcome: row.outcome as Outcome,
    open: openIn(JSON.parse(row.counts) as FindingCounts),
    coverage: JSON.parse(row.coverage) as CoverageEntry[],
    matched: row.snapshot !== null,
  }))
}

interface Base {
  readonly baseId: number
  readonly chain: string
}

/** Of images with the same layers the one that was stored first stands for all. */
async function basesOf(tx: Tx, images: readonly JudgedImage[]): Promise<Map<number, readonly Base[]>> {
  const below = new Map(images.map(({ id, layers }) => [id, chainIds(layers).slice(0, -1)]))
  const known = new Map<string, number>()
  for (const part of listed([...new Set([...below.values()].flat())])) {
    const rows = await tx
      .selectFrom('image_chain')
      .select((eb) => ['chain', eb.fn.min('image_id').as('base')])
      .where('chain', 'in', part)
      .where('is_top', '=', 1)
      .groupBy('chain')
      .execute()
    for (const { chain, base } of rows) known.set(chain, base)
  }
  const bases = [...below].map(([id, chains]): [number, readonly Base[]] => [
    id,
    chains.flatMap((chain) => {
      const baseId = known.get(chain)
      return baseId === undefined ? [] : [{ baseId, chain }]
    }),
  ])
  return new Map(bases.filter(([, of]) => of.length > 0))
}

/** Those of which tallies do not tell what is left: of several rows of one purl the base may have some only. */
async function twinsAmong(tx: Tx, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx
    .selectFrom('image_set')
    .select('image_id')
    .where('image_id', 'in', ids)
    .where('set_id', 'in', (eb) => eb.selectFrom('set_twin').select('set_twin.set_id'))
    .execute()
  return new Set(rows.map((row) => row.image_id))
}

interface Pair {
  readonly id: number
  readonly baseId: number
}

const pairKey = (id: number, baseId: number): string => `${id} ${baseId}`

/** By image and base, the findings with a fix, by class, of packages that both have. */
async function closedTallies(
  tx: Tx,
  { classes }: Reading,
  pairs: readonly Pair[],
): Promise<Map<string, Map<string, number>>> {
  const sets = await setsOf(tx, [...new Set(pairs.flatMap(({ id, baseId }) => [id, baseId]))])
  // Sets of two kinds have nothing in common, and images on a base share most of theirs.
  const setPairs = ({ id, baseId }: Pair) =>
    (sets.get(baseId) ?? []).flatMap((base) =>
      (sets.get(id) ?? []).filter(({ kind }) => kind === base.kind).map((own) => ({ base: base.set, own: own.set })),
    )
  const all = new Map(pairs.flatMap(setPairs).map((pair) => [pairKey(pair.own, pair.base), pair]))
  const common = await commonTallies(tx, classes, [...all.values()])
  return new Map(
    pairs.map((pair) => {
      const closed = new Map<string, number>()
      for (const { own, base } of setPairs(pair)) {
        for (const { text, count } of common.get(pairKey(own, base)) ?? []) {
          closed.set(text, (closed.get(text) ?? 0) + count)
        }
      }
      return [pairKey(pair.id, pair.baseId), closed]
    }),
  )
}

async function setsOf(tx: Tx, images: readonly number[]) {
  const sets = new Map<number, { readonly set: number; readonly kind: string }[]>()
  for (const part of listed(images)) {
    const rows = await tx
      .selectFrom('image_set')
      .innerJoin('package_set', 'package_set.id', 'image_set.set_id')
      .select(['image_set.image_id', 'image_set.set_id as set', 'package_set.kind'])
      .where('image_set.image_id', 'in', part)
      .execute()
    for (const { image_id: id, set, kind } of rows) sets.set(id, [...(sets.get(id) ?? []), { set, kind }])
  }
  return sets
}

interface SetPair {
  readonly own: number
  readonly base: number
}

interface CommonRow extends SetPair {
  readonly class: number
  readonly count: number
}

/** What is counted of the packages that are in both sets. */
async function commonTallies(tx: Tx, classes: TallyClasses, pairs: readonly SetPair[]) {
  const found: CommonRow[] = []
  for (const part of inserted(pairs)) {
    const values = sql.join(part.map(({ own, base }) => sql`(cast(${own} as integer), cast(${base} as integer))`))
    // `cross join` keeps SQLite to the order of the tables: from the base's packages to whether the image has them.
    const { rows } = await sql<CommonRow>`
      with pair (own, base) as (values ${values})
      select pair.own, pair.base, tally.class, cast(sum(tally.counted) as integer) as count
      from pair
      cross join set_package as below
      cross join package_tally as tally
      cross join set_package as member
      where below.set_id = pair.base and tally.package_id = below.package_id and tally.counted > 0 and tally.class > 0
        and member.set_id = pair.own and member.package_id = below.package_id
      group by pair.own, pair.base, tally.class`.execute(tx)
    found.push(...rows)
  }
  const classOf = await classes.of(
    tx,
    found.map((row) => row.class),
  )
  const fixable = found.flatMap((row) => {
    const some = classOf(row.class)
    return some.kind === 'finding' && some.fixable ? [{ ...row, text: classText(some) }] : []
  })
  return Map.groupBy(fixable, (row) => pairKey(row.own, row.base))
}
