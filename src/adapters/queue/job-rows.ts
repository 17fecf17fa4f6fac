import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { databaseNow, isPostgres, later, type JobTable, type QueueTables } from './job-table.ts'
import { boundedError } from './limits.ts'
import { lanes, type Lane, type LeasedJob, type Settlement } from './queue.ts'
import { putWaiting } from './waiting-jobs.ts'

export type JobRow = Selectable<JobTable>

/**
 * Leases up to `limit` jobs of the lane that wait or whose lease ran out, oldest first, in one statement. Two that do so at
 * the same time get other rows: SQLite has one writer, PostgreSQL skips rows that another has locked. The subquery is
 * materialized, for PostgreSQL may otherwise run it more than once and lease more than `limit`.
 */
export async function leaseRows(
  db: Kysely<QueueTables>,
  lane: Lane,
  limit: number,
  leaseSeconds: number,
): Promise<JobRow[]> {
  const now = databaseNow(db)
  const ready = db
    .selectFrom('job')
    .select('id')
    .where('priority', '=', lanes.indexOf(lane))
    .where('ready_at', '<=', now)
    .orderBy('ready_at')
    .orderBy('id')
    .limit(limit)
  const rows = await db
    .with(
      (cte) => cte('ready').materialized(),
      () => (isPostgres(db) ? ready.forUpdate().skipLocked() : ready),
    )
    .updateTable('job')
    .set({ lease: randomUUID(), attempt: sql`attempt + 1`, ready_at: later(now, leaseSeconds * 1000) })
    .where('id', 'in', (qb) => qb.selectFrom('ready').select('ready.id'))
    .returningAll()
    .execute()
  return rows.sort((a, b) => Number(a.id) - Number(b.id))
}

export function leasedJob(row: JobRow): LeasedJob {
  return { ...jobOf(row), lease: row.lease ?? '' }
}

/** What leased and dead jobs have in common. */
export function jobOf(row: Omit<JobRow, 'ready_at' | 'lease' | 'error'>): Omit<LeasedJob, 'lease'> {
  return {
    id: String(row.id),
    lane: lanes[row.priority] ?? 'sweep',
    kind: row.kind,
    key: row.key,
    payload: JSON.parse(row.payload) as Record<string, unknown>,
    attempt: row.attempt,
    enqueuedAt: new Date(Number(row.enqueued_at)),
  }
}

type Unfinished = Exclude<Settlement, { outcome: 'done' }>

/** Does with a job, whose row was just deleted by the holder of its lease, what the settlement says. */
export function putBack(tx: Transaction<QueueTables>, row: JobRow, settlement: Unfinished): Promise<void> {
  switch (settlement.outcome) {
    case 'released':
      return wait(tx, { ...row, attempt: row.attempt - 1 }, 0)
    case 'retry':
      return wait(tx, { ...row, error: boundedError(settlement.error) }, settlement.delaySeconds)
    case 'dead':
      return bury(tx, { ...row, error: boundedError(settlement.error) })
  }
}

async function wait(tx: Transaction<QueueTables>, row: JobRow, delaySeconds: number): Promise<void> {
  const { id, priority, kind, key, payload, attempt, error } = row
  const times = { enqueuedAt: Number(row.enqueued_at), delayMs: Math.max(0, delaySeconds) * 1000 }
  await putWaiting(tx, [{ id: Number(id), priority, kind, key, payload, attempt, error, ...times }])
}

export async function bury(tx: Transaction<QueueTables>, row: JobRow & { error: string }): Promise<void> {
  const { id, priority, kind, key, payload, enqueued_at, attempt, error } = row
  await tx
    .insertInto('dead_job')
    .values({
      id,
      priority,
      kind,
      key,
      payload,
      enqueued_at: Number(enqueued_at),
      attempt,
      error,
      died_at: databaseNow(tx),
    })
    .execute()
}
