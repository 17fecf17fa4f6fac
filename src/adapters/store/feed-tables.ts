import { LRUCache } from 'lru-cache'
import type { Advisory } from '../../core/match/advisory.ts'
import { pageOf, paging } from './cursor.ts'
import type { Engine } from './engine.ts'
import { factTables } from './feed-facts.ts'
import { gateTables } from './feed-gate-tables.ts'
import { feedHistory, keptSnapshots } from './feed-history.ts'
import { beginSnapshot, confirmFeed } from './feed-transaction.ts'
import { keyText } from './key-text.ts'
import { unpack } from './packed.ts'
import { listed } from './rows.ts'
import type { AdvisoryOrigin } from './records.ts'
import type { Db } from './schema.ts'
import { currentNumber, currentSnapshot, snapshotOf } from './snapshot-rows.ts'
import type { FeedTables } from './store.ts'

/** Stored bytes of the advisories that are kept parsed; as objects they take four times as much. */
const maxCachedBytes = 8 * 2 ** 20

/** Rows read at once where a whole feed is walked: other work goes on between two parts. */
const partSize = 20_000

export function feedTables(db: Db, engine: Engine): FeedTables {
  /** By row: a changed advisory is a new row, and row numbers are never given twice. */
  const parsed = new LRUCache<number, Advisory>({ maxSize: maxCachedBytes })

  async function advisories(ids: readonly number[]): Promise<Map<number, Advisory>> {
    const found = new Map<number, Advisory>()
    for (const id of ids) {
      const known = parsed.get(id)
      if (known !== undefined) found.set(id, known)
    }
    for (const part of listed(ids.filter((id) => !found.has(id)))) {
      const rows = await db
        .selectFrom('advisory_body')
        .select(['advisory_id as id', 'body'])
        .where('advisory_id', 'in', engine.among(part))
        .execute()
      for (const { id, body } of rows) {
        const advisory = unpack(body) as Advisory
        parsed.set(id, advisory, { size: body.byteLength })
        found.set(id, advisory)
      }
    }
    return found
  }

  /** The advisories that an index has under each of the keys; those without any are left out. */
  async function grouped(
    keys: readonly string[],
    find: (part: readonly string[]) => Promise<readonly { readonly key: string; readonly id: number }[]>,
  ): Promise<Map<string, readonly Advisory[]>> {
    const wanted = new Map(keys.map((key) => [keyText(key), key]))
    const rows: { readonly key: string; readonly id: number }[] = []
    for (const part of listed([...wanted.keys()])) rows.push(...(await find(part)))
    const byId = await advisories([...new Set(rows.map((row) => row.id))])
    const byKey = new Map<string, Advisory[]>(rows.map(({ key }) => [wanted.get(key) ?? key, []]))
    for (const { key, id } of rows) {
      const advisory = byId.get(id)
      if (advisory !== undefined) byKey.get(wanted.get(key) ?? key)?.push(advisory)
    }
    return byKey
  }

  return {
    ...factTables(db),
    ...feedHistory(db),
    ...gateTables(db),
    current: () => currentSnapshot(db),

    async snapshots(request) {
      const page = paging<[number]>('snapshots', [0], request)
      const rows = await db
        .selectFrom('snapshot')
        .selectAll()
        .$if(page.after !== undefined, (query) => query.where('number', '<', page.after?.[0] ?? 0))
        .orderBy('number', 'desc')
        .limit(page.limit + 1)
        .execute()
      const { items, next } = pageOf('snapshots', rows, page.limit, (row) => [row.number])
      return { items: items.map(snapshotOf), next }
    },

    async snapshotAt(at) {
      const row = await db
        .selectFrom('snapshot')
        .selectAll()
        .$if(typeof at === 'number', (query) => query.where('number', '=', Number(at)))
        .$if(typeof at === 'string', (query) => query.where('adopted_at', '<=', String(at)))
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const next = await snapshotNumbered(db, row.number + 1)
      return { snapshot: snapshotOf(row), until: next?.adopted_at ?? null }
    },

    async oldestKept() {
      const row = await snapshotNumbered(db, Math.max(1, (await currentNumber(db)) - keptSnapshots))
      return row && snapshotOf(row)
    },

    async hashes(feed) {
      const number = await currentNumber(db)
      const hashes = new Map<string, string>()
      for (let after = ''; ;) {
        const rows = await inForce(db, number)
          .select(['path', 'hash'])
          .where('feed', '=', feed)
          .where('path', '>', after)
          .orderBy('path')
          .limit(partSize)
          .execute()
        for (const { path, hash } of rows) hashes.set(path, hash)
        const last = rows.at(-1)
        if (last === undefined || rows.length < partSize) return hashes
        after = last.path
      }
    },

    begin: () => beginSnapshot(db),
    confirm: (feed) => confirmFeed(db, feed),

    async naming(keys, at) {
      const number = at ?? (await currentNumber(db))
      return grouped(keys, (part) =>
        inForce(db, number)
          .innerJoin('affected', 'affected.advisory_id', 'advisory.id')
          .select(['affected.key', 'advisory.id'])
          .where('affected.key', 'in', engine.among(part))
          .orderBy('advisory.id')
          .execute(),
      )
    },

    async advisory(id) {
      const rows = await inForce(db, await currentNumber(db))
        .select('id')
        .where('advisory_id', '=', keyText(id))
        .orderBy('feed')
        .orderBy('path')
        .execute()
      const byId = await advisories(rows.map((row) => row.id))
      return rows.flatMap((row) => byId.get(row.id) ?? [])
    },

    async rating(ids, at) {
      const number = at ?? (await currentNumber(db))
      return grouped(ids, (part) =>
        inForce(db, number)
          .innerJoin('rated', 'rated.advisory_id', 'advisory.id')
          .select(['rated.id as key', 'advisory.id'])
          .where('rated.id', 'in', engine.among(part))
          .orderBy('advisory.id')
          .execute(),
      )
    },

    async origins(ids) {
      const number = await currentNumber(db)
      const wanted = new Map(ids.map((id) => [keyText(id), id]))
      const found: (AdvisoryOrigin & { readonly id: string })[] = []
      for (const part of listed([...wanted.keys()])) {
        const rows = await inForce(db, number)
          .select(['advisory_id', 'feed', 'path'])
          .where('advisory_id', 'in', part)
          .orderBy('feed')
          .orderBy('path')
          .execute()
        found.push(...rows.map(({ advisory_id, feed, path }) => ({ id: wanted.get(advisory_id)!, feed, path })))
      }
      return new Map(
        [...Map.groupBy(found, ({ id }) => id)].map(([id, origins]) => [
          id,
          origins.map(({ feed, path }) => ({ feed, path })),
        ]),
      )
    },
  }
}

async function snapshotNumbered(db: Db, number: number) {
  return db.selectFrom('snapshot').selectAll().where('number', '=', number).executeTakeFirst()
}

/** Rows in force at a snapshot: begun by then and not ended. */
function inForce(db: Db, number: number) {
  return db
    .selectFrom('advisory')
    .where('since', '<=', number)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', number)]))
}
