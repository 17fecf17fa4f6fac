import type { Snapshot, SnapshotFeed } from './records.ts'
import type { Db, Tx } from './schema.ts'

/** 0 before the first: no row has that number. */
export async function currentNumber(db: Db | Tx): Promise<number> {
  const row = await db
    .selectFrom('snapshot')
    .select((eb) => eb.fn.max('number').as('number'))
    .executeTakeFirst()
  return row?.number ?? 0
}

export async function currentSnapshot(db: Db | Tx): Promise<Snapshot | undefined> {
  const row = await db.selectFrom('snapshot').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row && snapshotOf(row)
}

export function snapshotOf(row: { number: number; adopted_at: string; feeds: string }): Snapshot {
  return { number: row.number, adoptedAt: row.adopted_at, feeds: JSON.parse(row.feeds) as SnapshotFeed[] }
}
