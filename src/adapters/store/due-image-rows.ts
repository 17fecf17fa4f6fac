import { sql, type Selectable } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../../core/inventory/package.ts'
import { mergedContents, type PackageContents } from '../../core/match/feed-coverage.ts'
import type { Rules } from '../../core/policy/rules.ts'
import type { Tally, TallyClass } from '../../core/policy/tally.ts'
import type { Engine } from './engine.ts'
import { factColumns, factsOf } from './image-facts.ts'
import { askedImage } from './image-tables.ts'
import type { DueImage, FormerVerdict } from './reevaluation-records.ts'
import { remembering } from './remembering.ts'
import type { Database, Db, Tx } from './schema.ts'
import { gapsClass, type TallyClasses } from './tally-classes.ts'

interface FoundImage {
  readonly evidence: Omit<DueImage, 'cause' | 'former'>
  readonly former: StoredVerdict | undefined
}

export interface StoredVerdict extends FormerVerdict {
  readonly id: number
}

export const dueColumns = [...factColumns, 'coverage', 'inventory'] as const
type DueRow = Pick<Selectable<Database['image']>, (typeof dueColumns)[number]>

/** By their ids, in their order. */
export function dueRows(db: Db | Tx, engine: Engine, ids: readonly number[]) {
  return db.selectFrom('image').select(dueColumns).where('id', 'in', engine.among(ids)).orderBy('id')
}

/**
 * What decides about the images. A hundred thousand are read in one go after some feed changes: one row an image and table,
 * and what images share, sets and texts, is read once for all of them.
 */
export async function readDueImages(
  tx: Db | Tx,
  { engine, classes }: { readonly engine: Engine; readonly classes: TallyClasses },
  images: readonly DueRow[],
  rules: Rules,
): Promise<Map<number, FoundImage>> {
  const ids = images.map(({ id }) => id)
  const formers = await currentVerdicts(tx, engine, ids)
  const holdings = await holdingsOf(tx, { engine, classes }, ids)
  const facts = await factsOf({ db: tx, engine }, images, rules)
  const gaps = await gapsOf(
    tx,
    engine,
    ids.filter((id) => holdings.get(id)?.hasGaps),
  )
  const alone = await tx
    .selectFrom('image_alone')
    .select('image_id')
    .where('image_id', 'in', engine.among(ids))
    .execute()
  const aloneIds = new Set(alone.map((row) => row.image_id))
  const distroOf = remembering((text) => JSON.parse(text) as Distro)
  const coverageOf = remembering((text) => JSON.parse(text) as CoverageEntry[])

  const found = new Map<number, FoundImage>()
  for (const { id, ...image } of images) {
    const digest = image.digest as Digest
    const { contents, tally } = holdings.get(id) ?? nothing
    found.set(id, {
      former: formers.get(id),
      evidence: {
        digest,
        distro: image.distro === null ? null : distroOf(image.distro),
        coverage: coverageOf(image.coverage),
        contents,
        uncomparable: gaps.get(id) ?? [],
        facts: facts.get(id)!,
        evidence: aloneIds.has(id) ? { asked: await askedImage(tx, digest) } : { tally },
      },
    })
  }
  return found
}

async function currentVerdicts(
  tx: Db | Tx,
  engine: Engine,
  ids: readonly number[],
): Promise<Map<number, StoredVerdict>> {
  const rows = await tx
    .selectFrom('verdict')
    .select(['id', 'image_id', 'outcome', 'policy', 'reasons', 'counts', 'cause', 'until'])
    .select(['decided_at as decidedAt', 'checked_at as checkedAt'])
    .where('image_id', 'in', engine.among(ids))
    .where('superseded_at', 'is', null)
    .execute()
  return new Map(rows.map((row) => [row.image_id, row]))
}

/** Of all packages of an image. */
interface Holdings {
  readonly contents: PackageContents
  readonly tally: Tally
  /** Whether advisories could not be compared. */
  readonly hasGaps: boolean
}

const nothing: Holdings = { contents: { ecosystems: {}, types: {} }, tally: [], hasGaps: false }

async function holdingsOf(
  tx: Db | Tx,
  { engine, classes }: { readonly engine: Engine; readonly classes: TallyClasses },
  ids: readonly number[],
): Promise<Map<number, Holdings>> {
  const rows = await tx
    .selectFrom('image_set')
    .select(['image_id', sql<string>`string_agg(cast(set_id as text), ',')`.as('sets')])
    .where('image_id', 'in', engine.among(ids))
    .groupBy('image_id')
    .execute()
  const setsOf = (text: string): number[] => text.split(',').map(Number)
  const sets = await readSets(tx, engine, [...new Set(rows.flatMap((row) => setsOf(row.sets)))])
  const numbers = new Set([...sets.values()].flatMap(({ tally }) => tally.map(([number]) => number)))
  const classOf = await classes.of(tx, numbers)
  const holdings = remembering((text) =>
    sum(
      setsOf(text).flatMap((id) => sets.get(id) ?? []),
      classOf,
    ),
  )
  return new Map(rows.map((row) => [row.image_id, holdings(row.sets)]))
}

interface SetRow {
  readonly contents: PackageContents
  readonly tally: readonly (readonly [number: number, count: number])[]
}

async function readSets(tx: Db | Tx, engine: Engine, ids: readonly number[]): Promise<Map<number, SetRow>> {
  const rows = await tx
    .selectFrom('package_set')
    .select(['id', 'contents'])
    .select((eb) =>
      eb
        .selectFrom('set_tally')
        .select(sql<string>`string_agg(concat(class, ':', count), ',')`.as('tally'))
        .whereRef('set_id', '=', 'package_set.id')
        .where('count', '<>', 0)
        .as('tally'),
    )
    .where('id', 'in', engine.among(ids))
    .execute()
  return new Map(
    rows.map(({ id, contents, tally }) => [
      id,
      { contents: JSON.parse(contents) as PackageContents, tally: tally === null ? [] : tally.split(',').map(pair) },
    ]),
  )
}

function pair(text: string): readonly [number, number] {
  const colon = text.indexOf(':')
  return [Number(text.slice(0, colon)), Number(text.slice(colon + 1))]
}

function sum(sets: readonly SetRow[], classOf: (number: number) => TallyClass): Holdings {
  const counts = new Map<number, number>()
  for (const { tally } of sets) {
    for (const [number, count] of tally) counts.set(number, (counts.get(number) ?? 0) + count)
  }
  return {
    contents: sets.length === 1 ? sets[0]!.contents : mergedContents(sets.map(({ contents }) => contents)),
    tally: [...counts]
      .filter(([number, count]) => number !== gapsClass && count > 0)
      .sort(([a], [b]) => a - b)
      .map(([number, count]) => ({ class: classOf(number), count })),
    hasGaps: counts.has(gapsClass),
  }
}

/** In the order of PackageTables.uncomparable. */
async function gapsOf(tx: Db | Tx, engine: Engine, ids: readonly number[]) {
  if (ids.length === 0) return new Map<number, never>()
  const rows = await tx
    .selectFrom('image_set')
    .innerJoin('set_package', 'set_package.set_id', 'image_set.set_id')
    .innerJoin('package_gap', 'package_gap.package_id', 'set_package.package_id')
    .innerJoin('package', 'package.id', 'package_gap.package_id')
    .select(['image_set.image_id', 'package.name as package', 'package_gap.advisory', 'package_gap.reason'])
    .where('image_set.image_id', 'in', engine.among(ids))
    .where('package.owner', 'is', null)
    .orderBy('package.name')
    .orderBy('package_gap.advisory')
    .orderBy('package.id')
    .execute()
  const byImage = Map.groupBy(rows, (row) => row.image_id)
  return new Map(
    [...byImage].map(([id, gaps]) => [
      id,
      gaps.map(({ package: name, advisory, reason }) => ({ package: name, advisory, reason })),
    ]),
  )
}
