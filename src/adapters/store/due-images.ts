import { sql } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../../core/inventory/package.ts'
import { mergedContents, type PackageContents } from '../../core/match/feed-coverage.ts'
import type { Rules } from '../../core/policy/rules.ts'
import { causeOf } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { factsOf } from './image-facts.ts'
import { askedImage } from './image-tables.ts'
import type { VerdictRecord } from './records.ts'
import type { DueImage } from './reevaluation-records.ts'
import type { StandingImage } from './store.ts'
import { inserted, transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { gapsClass, type TallyClasses } from './tally-classes.ts'
import { sameDecision, verdictRecord, verdictRow } from './verdict-rows.ts'

/** See ReevaluationTables.judgeDue. */
export async function judgeDue(
  { db, engine, classes }: { db: Db; engine: Engine; classes: TallyClasses },
  limit: number,
  rules: Rules,
  judge: (image: DueImage) => VerdictRecord | undefined | 'later',
): Promise<{ readonly images: number; readonly changed: number; readonly later: number }> {
  return transact(db, async (tx) => {
    const due = await engine
      .forUpdate(tx.selectFrom('image_due').select(['image_id', 'cause']).orderBy('image_id').limit(limit))
      .execute()
    if (due.length === 0) return { images: 0, changed: 0, later: 0 }
    const ids = due.map((row) => row.image_id)
    // Locked, so that nobody saves a verdict of it meanwhile.
    await engine.forUpdate(tx.selectFrom('image').select('id').where('id', 'in', ids).orderBy('id')).execute()
    const found = await readImages(tx, classes, ids, rules)
    const later = new Set<number>()
    const written = due.flatMap(({ image_id: id, cause }) => {
      const image = found.get(id)
      const verdict = image && judge({ ...image.due, cause: causeOf(cause) })
      if (verdict === 'later') later.add(id)
      if (verdict === 'later') return []
      return image && verdict ? [{ id, former: image.formerId, same: isSame(image.due.former, verdict), verdict }] : []
    })
    await writeVerdicts(tx, written)
    const done = ids.filter((id) => !later.has(id))
    if (done.length > 0) await tx.deleteFrom('image_due').where('image_id', 'in', done).execute()
    return { images: done.length, later: later.size, changed: written.filter(({ same }) => !same).length }
  })
}

const isSame = (former: VerdictRecord | undefined, verdict: VerdictRecord): boolean =>
  former !== undefined && sameDecision(former, verdict)

interface FoundImage {
  readonly formerId: number | undefined
  readonly due: Omit<DueImage, 'cause'>
}

/** See WhatIfTables.images. */
export async function dueImages(
  db: Db,
  classes: TallyClasses,
  after: number,
  limit: number,
  rules: Rules,
): Promise<readonly StandingImage[]> {
  const rows = await db.selectFrom('image').select('id').where('id', '>', after).orderBy('id').limit(limit).execute()
  const ids = rows.map((row) => row.id)
  if (ids.length === 0) return []
  const found = await readImages(db, classes, ids, rules)
  const links = await db.selectFrom('image_set').selectAll().where('image_id', 'in', ids).execute()
  const sets = Map.groupBy(links, (link) => link.image_id)
  return ids.flatMap((id) => {
    const image = found.get(id)
    return image ? [{ id, ...image.due, sets: (sets.get(id) ?? []).map((link) => link.set_id) }] : []
  })
}

async function readImages(
  tx: Db | Tx,
  classes: TallyClasses,
  ids: readonly number[],
  rules: Rules,
): Promise<Map<number, FoundImage>> {
  const images = await tx
    .selectFrom('image')
    .select(['id', 'digest', 'distro', 'coverage'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute()
  const verdicts = await tx
    .selectFrom('verdict')
    .selectAll()
    .where('image_id', 'in', ids)
    .where('superseded_at', 'is', null)
    .execute()
  const formers = new Map(verdicts.map((row) => [row.image_id, row]))
  const contents = await contentsOfImages(tx, ids)
  const tallies = await talliesOfImages(tx, ids)
  const classOf = await classes.of(
    tx,
    [...tallies.values()].flatMap((rows) => rows.map((row) => row.class)),
  )
  const facts = await factsOf(tx, ids, rules)
  const gaps = await gapsOfImages(
    tx,
    ids.filter((id) => tallies.get(id)?.some((row) => row.class === gapsClass)),
  )
  const alone = new Set(
    (await tx.selectFrom('image_alone').select('image_id').where('image_id', 'in', ids).execute()).map(
      (row) => row.image_id,
    ),
  )

  const found = new Map<number, FoundImage>()
  for (const { id, ...image } of images) {
    const digest = image.digest as Digest
    const former = formers.get(id)
    const tally = (tallies.get(id) ?? [])
      .filter((row) => row.class !== gapsClass && row.count > 0)
      .map((row) => ({ class: classOf(row.class), count: row.count }))
    found.set(id, {
      formerId: former?.id,
      due: {
        digest,
        distro: image.distro === null ? null : (JSON.parse(image.distro) as Distro),
        coverage: JSON.parse(image.coverage) as CoverageEntry[],
        contents: contents.get(id) ?? { ecosystems: {}, types: {} },
        uncomparable: gaps.get(id) ?? [],
        facts: facts.get(id)!,
        evidence: alone.has(id) ? { asked: await askedImage(tx, digest) } : { tally },
        former: former && verdictRecord(former, digest),
      },
    })
  }
  return found
}

async function contentsOfImages(tx: Db | Tx, ids: readonly number[]): Promise<Map<number, PackageContents>> {
  const rows = await tx
    .selectFrom('image_set')
    .innerJoin('package_set', 'package_set.id', 'image_set.set_id')
    .select(['image_set.image_id', 'package_set.contents'])
    .where('image_set.image_id', 'in', ids)
    .execute()
  const byImage = Map.groupBy(rows, (row) => row.image_id)
  return new Map(
    [...byImage].map(([id, sets]) => [
      id,
      mergedContents(sets.map(({ contents }) => JSON.parse(contents) as PackageContents)),
    ]),
  )
}

async function talliesOfImages(tx: Db | Tx, ids: readonly number[]) {
  const rows = await tx
    .selectFrom('image_set')
    .innerJoin('set_tally', 'set_tally.set_id', 'image_set.set_id')
    .select(['image_set.image_id', 'set_tally.class'])
    .select(sql<number>`cast(sum(set_tally.count) as integer)`.as('count'))
    .where('image_set.image_id', 'in', ids)
    .groupBy(['image_set.image_id', 'set_tally.class'])
    .orderBy('image_set.image_id')
    .orderBy('set_tally.class')
    .execute()
  return Map.groupBy(rows, (row) => row.image_id)
}

/** In the order of PackageTables.uncomparable. */
async function gapsOfImages(tx: Db | Tx, ids: readonly number[]) {
  if (ids.length === 0) return new Map<number, never>()
  const rows = await tx
    .selectFrom('image_set')
    .innerJoin('set_package', 'set_package.set_id', 'image_set.set_id')
    .innerJoin('package_gap', 'package_gap.package_id', 'set_package.package_id')
    .innerJoin('package', 'package.id', 'package_gap.package_id')
    .select(['image_set.image_id', 'package.name as package', 'package_gap.advisory', 'package_gap.reason'])
    .where('image_set.image_id', 'in', ids)
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

interface Written {
  readonly id: number
  readonly former: number | undefined
  /** Only what stands beside the decision is another. */
  readonly same: boolean
  readonly verdict: VerdictRecord
}

async function writeVerdicts(tx: Tx, written: readonly Written[]): Promise<void> {
  for (const { former, verdict, id } of written.filter(({ same }) => same)) {
    await tx
      .updateTable('verdict')
      .set(verdictRow(id, verdict))
      .where('id', '=', former ?? 0)
      .execute()
  }
  const changed = written.filter(({ same }) => !same)
  for (const part of inserted(changed)) {
    const formers = part.flatMap(({ former }) => (former === undefined ? [] : [former]))
    const [first] = part
    if (formers.length > 0 && first) {
      await tx
        .updateTable('verdict')
        .set({ superseded_at: first.verdict.decidedAt })
        .where('id', 'in', formers)
        .execute()
    }
    const rows = await tx
      .insertInto('verdict')
      .values(part.map(({ id, verdict }) => verdictRow(id, verdict)))
      .returning('id')
      .execute()
    await tx
      .insertInto('verdict_outbox')
      .values(rows.map(({ id }) => ({ verdict_id: id })))
      .execute()
  }
}
