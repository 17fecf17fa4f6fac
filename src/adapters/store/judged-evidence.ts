import { createHash } from 'node:crypto'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry } from '../../core/inventory/package.ts'
import type { Evidence } from '../../core/policy/evidence.ts'
import type { ImageFacts } from '../../core/policy/image-facts.ts'
import { documentsOf, type RuleDocuments, type Rules } from '../../core/policy/rules.ts'
import type { Tally, TallyClass } from '../../core/policy/tally.ts'
import { inventoryOf } from './former-inventories.ts'
import { pack, unpack } from './packed.ts'
import type { StoredJudging } from './records.ts'
import type { Db, Tx } from './schema.ts'
import { classNumbers, tallyClasses } from './tally-classes.ts'

/**
 * What a verdict was made of, as it lies beside it: a few hundred bytes, because what all verdicts of a run share stands once
 * (judged_part), classes are numbers, and what an image is by itself is read from its row. Coverage by feeds is the verdict's own.
 */
interface StoredEvidence {
  /** Numbers of parts. */
  readonly rules: number
  readonly feeds: number
  /** Number of the image's inventory (former-inventories.ts). */
  readonly inventory: number
  /** `class:count`, comma-joined. */
  readonly tally: string
  /** What moves without a scan: where the image lies, what it is built on, who signed it. Left out where there is nothing. */
  readonly places?: ImageFacts['places']
  readonly base?: ImageFacts['base']
  readonly signatures?: ImageFacts['signatures']
}

interface Made {
  readonly evidence: Evidence
  readonly inventory: number
}

/** As they are written, in their order. */
export async function evidenceTexts(tx: Tx, rules: Rules, made: readonly Made[]): Promise<readonly string[]> {
  if (made.length === 0) return []
  const part = await saveRules(tx, rules)
  const feeds = await feedParts(tx, made)
  const textOf = await tallyTexts(
    tx,
    made.map(({ evidence }) => evidence.tally),
  )
  return made.map(({ evidence, inventory }) => {
    const { places, base, signatures } = evidence.image
    const stored: StoredEvidence = {
      rules: part,
      feeds: feeds.get(evidence.feeds)!,
      inventory,
      tally: textOf(evidence.tally),
      ...(places.length > 0 && { places }),
      ...(base !== null && { base }),
      ...(signatures !== null && { signatures }),
    }
    return JSON.stringify(stored)
  })
}

/** What was kept of a verdict's making; undefined where it is from before that was kept. */
export async function readJudging(
  db: Db,
  digest: Digest,
  verdict: { readonly evidence: string | null; readonly coverage: readonly CoverageEntry[] },
): Promise<StoredJudging | undefined> {
  if (verdict.evidence === null) return undefined
  const stored = JSON.parse(verdict.evidence) as StoredEvidence
  const inventory = await inventoryOf(db, digest, stored.inventory)
  const documents = (await readPart(db, stored.rules)) as RuleDocuments | undefined
  const feeds = (await readPart(db, stored.feeds)) as Evidence['feeds'] | undefined
  if (!inventory || !documents || !feeds) return undefined
  const { facts, coverage, until } = inventory
  const { places = [], base = null, signatures = null } = stored
  return {
    documents,
    evidence: {
      image: { ...facts, signatures, places, base },
      tally: await readTally(db, stored.tally),
      coverage: [...coverage, ...verdict.coverage],
      feeds,
    },
    inventoriedAnew: until,
  }
}

/** The rules as a part: written by whoever judges by them first. */
export async function saveRules(tx: Tx, rules: Rules): Promise<number> {
  const known = rulesParts.get(rules) ?? partOf(documentsOf(rules))
  rulesParts.set(rules, known)
  return savePart(tx, known)
}

export async function readRules(db: Db, part: number): Promise<RuleDocuments | undefined> {
  return (await readPart(db, part)) as RuleDocuments | undefined
}

interface Part {
  readonly hash: string
  readonly value: unknown
}

/** Thousands of exceptions take some ten milliseconds to be written as a text: once for rules, not once a batch. */
const rulesParts = new WeakMap<Rules, Part>()

function partOf(value: unknown): Part {
  return { hash: createHash('sha256').update(JSON.stringify(value)).digest('hex'), value }
}

async function savePart(tx: Tx, { hash, value }: Part): Promise<number> {
  const numberOf = async () =>
    (await tx.selectFrom('judged_part').select('id').where('hash', '=', hash).executeTakeFirst())?.id
  const known = await numberOf()
  if (known !== undefined) return known
  await tx
    .insertInto('judged_part')
    .values({ hash, body: pack(value) })
    .onConflict((oc) => oc.doNothing())
    .execute()
  return (await numberOf())!
}

async function readPart(db: Db, id: number): Promise<unknown> {
  const row = await db.selectFrom('judged_part').select('body').where('id', '=', id).executeTakeFirst()
  return row && unpack(row.body)
}

/** Of a snapshot's feeds only what is judged by; a run has one snapshot. */
async function feedParts(tx: Tx, made: readonly Made[]): Promise<ReadonlyMap<Evidence['feeds'], number>> {
  const parts = new Map<Evidence['feeds'], number>()
  for (const feeds of new Set(made.map(({ evidence }) => evidence.feeds))) {
    parts.set(feeds, await savePart(tx, partOf(feeds.map(({ name, fetched }) => ({ name, fetched })))))
  }
  return parts
}

/** Images with the same packages share one tally, and all images the objects of their classes. */
async function tallyTexts(tx: Tx, tallies: readonly Tally[]): Promise<(tally: Tally) => string> {
  const classes = new Set<TallyClass>()
  const distinct = new Set(tallies)
  for (const tally of distinct) for (const { class: some } of tally) classes.add(some)
  const numberOf = await classNumbers(tx, classes)
  const numbers = new Map([...classes].map((some) => [some, Math.abs(numberOf(some))]))
  const texts = new Map(
    [...distinct].map((tally) => [
      tally,
      tally.map(({ class: some, count }) => `${numbers.get(some)}:${count}`).join(','),
    ]),
  )
  return (tally) => texts.get(tally)!
}

async function readTally(db: Db, text: string): Promise<Tally> {
  if (text === '') return []
  const entries = text.split(',').map((entry) => entry.split(':').map(Number) as [number, number])
  const classOf = await tallyClasses().of(
    db,
    entries.map(([number]) => number),
  )
  return entries.map(([number, count]) => ({ class: classOf(number), count }))
}
