import { sql, type Insertable, type Kysely, type RawBuilder } from 'kysely'
import { databaseNow, later, type JobTable, type QueueTables } from './job-table.ts'
import { payloadText } from './limits.ts'
import { lanes, type Job } from './queue.ts'

/** A job to be stored as waiting: a new one, one to be tried again, or a replayed one. */
export interface WaitingJob {
  /** Kept when it is tried again or replayed. */
  readonly id?: number
  readonly priority: number
  readonly kind: string
  readonly key: string
  readonly payload: string
  /** Null for now. */
  readonly enqueuedAt: number | null
  readonly delayMs: number
  readonly attempt: number
  readonly error: string | null
}

/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535; a row has at most eight. */
const rowsPerInsert = 1000

/** Throws INTERNAL if the job is over a limit, so that what reaches a shared commit can be stored. */
export function newWaitingJob(job: Job): WaitingJob {
  return {
    priority: lanes.indexOf(job.lane),
    kind: job.kind,
    key: job.key,
    payload: payloadText(job),
    enqueuedAt: null,
    delayMs: Math.max(0, job.delaySeconds ?? 0) * 1000,
    attempt: 0,
    error: null,
  }
}

/**
 * One that waits already under the same kind and key takes the new one in: it gets the more urgent lane (and then that
 * one's payload), the earlier time, and the smaller count of attempts, for a new push is a new reason to try. A leased job
 * of that key is left alone. All or nothing.
 */
export async function putWaiting(db: Kysely<QueueTables>, jobs: readonly WaitingJob[]): Promise<void> {
  const rows = mergeTwins(jobs).map((job) => toRow(db, job))
  // One statement is a transaction by itself, and costs a third less than one with begin and commit around it.
  if (rows.length <= rowsPerInsert) return insert(db, rows)
  await db.transaction().execute(async (tx) => {
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await insert(tx, rows.slice(start, start + rowsPerInsert))
    }
  })
}

async function insert(db: Kysely<QueueTables>, rows: readonly Insertable<JobTable>[]): Promise<void> {
  await db
    .insertInto('job')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'key'])
        .where('lease', 'is', null)
        .doUpdateSet({
          payload: sql`case when excluded.priority < job.priority then excluded.payload else job.payload end`,
          priority: smaller('priority'),
          ready_at: smaller('ready_at'),
          attempt: smaller('attempt'),
        }),
    )
    .execute()
}

function toRow(db: Kysely<QueueTables>, { enqueuedAt, delayMs, ...columns }: WaitingJob): Insertable<JobTable> {
  const now = databaseNow(db)
  return { ...columns, enqueued_at: enqueuedAt ?? now, ready_at: delayMs === 0 ? now : later(now, delayMs) }
}

function smaller(column: 'priority' | 'ready_at' | 'attempt'): RawBuilder<number> {
  const [stored, offered] = [sql.ref(`job.${column}`), sql.ref(`excluded.${column}`)]
  return sql<number>`case when ${offered} < ${stored} then ${offered} else ${stored} end`
}

/** The same rule among jobs that are sent together: a statement of PostgreSQL may not meet the same row twice. */
export function mergeTwins(jobs: readonly WaitingJob[]): WaitingJob[] {
  const byKey = new Map<string, WaitingJob>()
  for (const job of jobs) {
    const name = `${job.kind}\n${job.key}`
    const twin = byKey.get(name)
    byKey.set(name, twin ? merged(twin, job) : job)
  }
  return [...byKey.values()]
}

function merged(stored: WaitingJob, offered: WaitingJob): WaitingJob {
  const urgent = offered.priority < stored.priority ? offered : stored
  return {
    ...urgent,
    delayMs: Math.min(stored.delayMs, offered.delayMs),
    attempt: Math.min(stored.attempt, offered.attempt),
  }
}
