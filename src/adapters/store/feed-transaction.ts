import { type Insertable, sql } from 'kysely'
import type { Advisory } from '../../core/match/advisory.ts'
import { packageKey } from '../../core/match/advisory-key.ts'
import { ratedIds } from '../../core/match/rate.ts'
import { changedAspects } from '../../core/match/advisory-changes.ts'
import { factWrites } from './feed-facts.ts'
import { keptSnapshots, touchedKeys } from './feed-history.ts'
import { keyText } from './key-text.ts'
import { pack, unpack } from './packed.ts'
import type { FeedEntry, Snapshot, SnapshotFeed } from './records.ts'
import { type FencedWrite, fencedWrites } from './import-fence.ts'
import { inserted, listed } from './rows.ts'
import type { Database, Db, Tx } from './schema.ts'
import { currentNumber, currentSnapshot } from './snapshot-rows.ts'
import type { FeedTransaction } from './store.ts'

/** Rows that one statement deletes: the database stays free for others between two of them. */
const deletedAtOnce = 1_000

/** See FeedTables.begin: rows of the new number are seen by nobody until its snapshot row is there. */
export async function beginSnapshot(db: Db): Promise<FeedTransaction> {
  const write = await fencedWrites(db)
  const current = await currentNumber(db)
  const number = current + 1
  await clearUnfinished(write, current)
  await deleteBounded(write, 'until', '<=', current - keptSnapshots)
  await write((tx) =>
    tx
      .deleteFrom('feed_change')
      .where('snapshot', '<=', current - keptSnapshots)
      .execute(),
  )

  return {
    number,
    ...factWrites(db, write, number),
    touched: () => touchedKeys(db, current, number),
    discard: () => clearUnfinished(write, current),

    async put(feed, entries) {
      const byPath = new Map(entries.map((entry) => [entry.path, entry]))
      await write(async (tx) => {
        await noteChanges(tx, number, feed, byPath)
        await end(tx, number, feed, [...byPath.keys()])
        await insert(tx, number, feed, [...byPath.values()])
      })
    },

    async remove(feed, paths) {
      await write((tx) => end(tx, number, feed, paths))
    },

    async count(feed) {
      const rows = await db
        .selectFrom('advisory')
        .select(['ecosystems', (eb) => eb.fn.countAll<number>().as('count')])
        .where('feed', '=', feed)
        .where('until', 'is', null)
        .where('withdrawn', 'is', null)
        .groupBy('ecosystems')
        .execute()
      const ecosystems: Record<string, number> = {}
      for (const row of rows) {
        for (const name of row.ecosystems.split('\n')) {
          if (name !== '') ecosystems[name] = (ecosystems[name] ?? 0) + row.count
        }
      }
      return { advisories: rows.reduce((sum, row) => sum + row.count, 0), ecosystems }
    },

    async adopt(feeds, now) {
      const snapshot = await write((tx) => adopt(tx, number, feeds, now))
      // Statistics for the planners: SQLite gathers none by itself, and PostgreSQL a minute too late for the first match.
      await sql`analyze advisory`.execute(db)
      await sql`analyze affected`.execute(db)
      await sql`analyze rated`.execute(db)
      return snapshot
    },
  }
}

/** See FeedTables.confirm. */
export async function confirmFeed(db: Db, feed: SnapshotFeed): Promise<void> {
  const current = await currentSnapshot(db)
  if (!current) return
  const feeds = current.feeds.map((former) => (former.name === feed.name ? feed : former))
  await db
    .updateTable('snapshot')
    .set({ feeds: JSON.stringify(feeds) })
    .where('number', '=', current.number)
    .execute()
}

async function clearUnfinished(write: FencedWrite, current: number): Promise<void> {
  await deleteBounded(write, 'since', '>', current)
  await write(async (tx) => {
    await tx.updateTable('advisory').set({ until: null }).where('until', '>', current).execute()
    await tx.updateTable('feed_fact').set({ until: null }).where('until', '>', current).execute()
    await tx.deleteFrom('feed_change').where('snapshot', '>', current).execute()
  })
}

async function deleteBounded(
  write: FencedWrite,
  column: 'since' | 'until',
  operator: '>' | '<=',
  limit: number,
): Promise<void> {
  for (const table of ['advisory', 'feed_fact'] as const) {
    for (let deleted = deletedAtOnce; deleted >= deletedAtOnce;) {
      deleted = await write(async (tx) => {
        const doomed = tx.selectFrom(table).select('id').where(column, operator, limit).limit(deletedAtOnce)
        const { numDeletedRows } = await tx.deleteFrom(table).where('id', 'in', doomed).executeTakeFirstOrThrow()
        return Number(numDeletedRows)
      })
    }
  }
}

/** Says what of the advisories in force the new ones change. Before `end`: it asks what is in force. */
async function noteChanges(
  tx: Tx,
  number: number,
  feed: string,
  entries: ReadonlyMap<string, FeedEntry>,
): Promise<void> {
  for (const part of listed([...entries.keys()])) {
    const formers = await tx
      .selectFrom('advisory')
      .innerJoin('advisory_body', 'advisory_body.advisory_id', 'advisory.id')
      .select(['path', 'body'])
      .where('feed', '=', feed)
      .where('path', 'in', part)
      .where('since', '<', number)
      .where((eb) => eb.or([eb('until', 'is', null), eb('until', '=', number)]))
      .execute()
    const rows = formers.map(({ path, body }) => {
      const aspects = changedAspects(unpack(body) as Advisory, entries.get(path)!.advisory).join(',')
      return { snapshot: number, feed, path, aspects }
    })
    for (const some of inserted(rows)) {
      await tx
        .insertInto('feed_change')
        .values(some)
        .onConflict((oc) =>
          oc.columns(['snapshot', 'feed', 'path']).doUpdateSet((eb) => ({ aspects: eb.ref('excluded.aspects') })),
        )
        .execute()
    }
  }
}

/** What this snapshot itself brought goes; what is in force lasts until this snapshot. */
async function end(tx: Tx, number: number, feed: string, paths: readonly string[]): Promise<void> {
  for (const part of listed(paths)) {
    await tx
      .deleteFrom('advisory')
      .where('feed', '=', feed)
      .where('path', 'in', part)
      .where('until', 'is', null)
      .where('since', '=', number)
      .execute()
    await tx
      .updateTable('advisory')
      .set({ until: number })
      .where('feed', '=', feed)
      .where('path', 'in', part)
      .where('until', 'is', null)
      .execute()
  }
}

async function insert(tx: Tx, number: number, feed: string, entries: readonly FeedEntry[]): Promise<void> {
  for (const part of inserted(entries)) {
    const rows = part.map((entry) => advisoryRow(number, feed, entry))
    const saved = await tx.insertInto('advisory').values(rows).returning(['id', 'path']).execute()
    const ids = new Map(saved.map(({ id, path }) => [path, id]))
    const identified = part.map(({ path, advisory }) => ({ id: ids.get(path) ?? 0, advisory }))

    const bodies = identified.map(({ id, advisory }) => ({ advisory_id: id, body: pack(advisory) }))
    await tx.insertInto('advisory_body').values(bodies).execute()
    const affected = identified.flatMap(({ id, advisory }) => keysOf(advisory).map((key) => ({ key, advisory_id: id })))
    for (const some of inserted(affected)) await tx.insertInto('affected').values(some).execute()
    const rated = identified.flatMap(({ id, advisory }) =>
      ratedIds(advisory).map((name) => ({ id: keyText(name), advisory_id: id })),
    )
    for (const some of inserted(rated)) await tx.insertInto('rated').values(some).execute()
  }
}

function advisoryRow(number: number, feed: string, entry: FeedEntry): Insertable<Database['advisory']> {
  const { advisory, path, hash } = entry
  const ecosystems = new Set(advisory.affected.map(({ ecosystem }) => ecosystem))
  return {
    feed,
    path,
    advisory_id: keyText(advisory.id),
    hash,
    since: number,
    until: null,
    withdrawn: advisory.withdrawn,
    ecosystems: [...ecosystems].sort().join('\n'),
  }
}

function keysOf(advisory: Advisory): readonly string[] {
  return [...new Set(advisory.affected.map(({ ecosystem, name }) => keyText(packageKey(ecosystem, name))))]
}

async function adopt(tx: Tx, number: number, feeds: readonly SnapshotFeed[], now: string): Promise<Snapshot> {
  const former = (await currentSnapshot(tx))?.feeds ?? []
  const replaced = new Set(feeds.map((feed) => feed.name))
  const states = [...former.filter((feed) => !replaced.has(feed.name)), ...feeds]
  await tx
    .insertInto('snapshot')
    .values({ number, adopted_at: now, feeds: JSON.stringify(states) })
    .execute()
  return { number, adoptedAt: now, feeds: states }
}
