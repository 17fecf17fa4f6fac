import type { FactKind, FactValues, FeedFact } from '../../core/match/feed-facts.ts'
import { keyText } from './key-text.ts'
import type { FencedWrite } from './import-fence.ts'
import { inserted, listed } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { currentNumber } from './snapshot-rows.ts'
import type { FeedTables, FeedTransaction } from './store.ts'

/** Rows read at once where a whole feed is walked. */
const partSize = 20_000

/** See FeedTables: facts that stand beside advisories. */
export function factTables(db: Db): Pick<FeedTables, 'facts' | 'factsOf'> {
  return {
    async facts<K extends FactKind>(kind: K, keys: readonly string[], at?: number) {
      const number = at ?? (await currentNumber(db))
      const wanted = new Map(keys.map((key) => [keyText(key), key]))
      const found = new Map<string, FactValues[K]>()
      for (const part of listed([...wanted.keys()])) {
        const rows = await factsAt(db, number)
          .select(['key', 'value'])
          .where('key', 'in', part)
          .where('kind', '=', kind)
          .orderBy('id')
          .execute()
        for (const { key, value } of rows) found.set(wanted.get(key) ?? key, JSON.parse(value) as FactValues[K])
      }
      return found
    },

    async factsOf(feed) {
      const number = await currentNumber(db)
      const facts = new Map<string, string>()
      for (let after = ''; ;) {
        const rows = await factsAt(db, number)
          .select(['key', 'value'])
          .where('feed', '=', feed)
          .where('key', '>', after)
          .orderBy('key')
          .limit(partSize)
          .execute()
        for (const { key, value } of rows) facts.set(key, value)
        const last = rows.at(-1)
        if (last === undefined || rows.length < partSize) return facts
        after = last.key
      }
    },
  }
}

function factsAt(db: Db, number: number) {
  return db
    .selectFrom('feed_fact')
    .where('since', '<=', number)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', number)]))
}

type FactWrites = Pick<FeedTransaction, 'putFacts' | 'removeFacts' | 'countFacts'>

/** See FeedTransaction. */
export function factWrites(db: Db, write: FencedWrite, number: number): FactWrites {
  return {
    async putFacts(feed, kind, facts) {
      const byKey = new Map(facts.map((fact) => [keyText(fact.key), fact]))
      await write(async (tx) => {
        await end(tx, number, feed, [...byKey.keys()])
        await insert(tx, number, { feed, kind }, byKey)
      })
    },
    async removeFacts(feed, keys) {
      await write((tx) => end(tx, number, feed, keys.map(keyText)))
    },
    async countFacts(feed) {
      const { count } = await db
        .selectFrom('feed_fact')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('feed', '=', feed)
        .where('until', 'is', null)
        .executeTakeFirstOrThrow()
      return count
    },
  }
}

async function insert(
  tx: Tx,
  since: number,
  of: { readonly feed: string; readonly kind: FactKind },
  facts: ReadonlyMap<string, FeedFact>,
): Promise<void> {
  for (const part of inserted([...facts])) {
    const rows = part.map(([key, { value }]) => ({ ...of, key, value, since, until: null }))
    await tx.insertInto('feed_fact').values(rows).execute()
  }
}

/** What this snapshot itself brought goes; what is in force lasts until this snapshot. */
async function end(tx: Tx, number: number, feed: string, keys: readonly string[]): Promise<void> {
  for (const part of listed(keys)) {
    await tx
      .deleteFrom('feed_fact')
      .where('feed', '=', feed)
      .where('key', 'in', part)
      .where('until', 'is', null)
      .where('since', '=', number)
      .execute()
    await tx
      .updateTable('feed_fact')
      .set({ until: number })
      .where('feed', '=', feed)
      .where('key', 'in', part)
      .where('until', 'is', null)
      .execute()
  }
}
