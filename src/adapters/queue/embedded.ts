import type { Kysely, Transaction } from 'kysely'
import { attempted } from './attempted.ts'
import { createBell } from './bell.ts'
import { embeddedAdmin } from './embedded-admin.ts'
import { groupCommit } from './group-commit.ts'
import { bury, leasedJob, leaseRows, putBack, type JobRow } from './job-rows.ts'
import { databaseNow, later, type QueueTables } from './job-table.ts'
import { defaultMaxAttempts } from './limits.ts'
import { lanes, type Lane, type LeasedJob, type Queue, type QueueAdmin } from './queue.ts'
import { newWaitingJob, putWaiting, type WaitingJob } from './waiting-jobs.ts'

/** Other processes cannot ring our bell, so we look: soon at first, more rarely when nothing comes. */
const firstPollMs = 250
const slowestPollMs = 1000
/** A commit of 500 rows takes some milliseconds; more would only make the first of them wait. */
const maxCommitJobs = 500

export interface EmbeddedQueueOptions {
  /**
   * With the tables of `queueMigrations`. It belongs to the caller: closing the queue leaves it open. On SQLite it must be
   * the one connection of this process: waiting for another connection's lock blocks the thread that would release it.
   */
  readonly db: Kysely<QueueTables>
  /** A job whose lease runs out on this attempt is dead. */
  readonly maxAttempts?: number
  /** False makes one commit of each send, for the benchmark that shows what the group is worth. */
  readonly groupCommit?: boolean
}

/** The queue in the store's own database, so that there is nothing else to install. Processes share it on SQLite and PostgreSQL. */
export function createEmbeddedQueue(options: EmbeddedQueueOptions): Queue & QueueAdmin {
  const { db, maxAttempts = defaultMaxAttempts } = options
  const bell = createBell()
  const closing = new AbortController()
  const enqueue = options.groupCommit === false ? store : groupCommit(store, maxCommitJobs)

  async function store(jobs: readonly WaitingJob[]): Promise<void> {
    await attempted('store jobs', () => putWaiting(db, jobs))
    bell.ring()
  }

  /** Up to `limit` jobs, earlier lanes first, without those whose attempts are used up: they die here. */
  async function take(wanted: readonly Lane[], limit: number, leaseSeconds: number): Promise<LeasedJob[]> {
    const taken: LeasedJob[] = []
    for (const lane of lanes.filter((lane) => wanted.includes(lane))) {
      while (taken.length < limit) {
        const rows = await attempted('lease jobs', () => leaseRows(db, lane, limit - taken.length, leaseSeconds))
        if (rows.length === 0) break
        for (const row of rows) {
          const job = leasedJob(row)
          if (job.attempt <= maxAttempts) taken.push(job)
          else await letGo(job, (tx, row) => bury(tx, { ...row, attempt: maxAttempts, error: spent(row) }))
        }
      }
    }
    return taken
  }

  /** In one transaction with the end of the lease; does nothing if the lease was lost. */
  async function letGo(
    job: LeasedJob,
    then: (tx: Transaction<QueueTables>, row: JobRow) => Promise<void>,
  ): Promise<void> {
    await attempted('settle a job', () =>
      db.transaction().execute(async (tx) => {
        const held = tx.deleteFrom('job').where('id', '=', job.id).where('lease', '=', job.lease)
        const row = await held.returningAll().executeTakeFirst()
        if (row) await then(tx, row)
      }),
    )
  }

  async function forget(job: LeasedJob): Promise<void> {
    const held = db.deleteFrom('job').where('id', '=', job.id).where('lease', '=', job.lease)
    await attempted('settle a job', () => held.execute())
  }

  return {
    async send(jobs) {
      await enqueue(jobs.map(newWaitingJob))
    },

    async receive({ lanes: wanted, limit, leaseSeconds, waitSeconds, signal }) {
      const deadline = performance.now() + waitSeconds * 1000
      for (
        let pollMs = firstPollMs;
        !closing.signal.aborted && !signal.aborted;
        pollMs = Math.min(pollMs * 2, slowestPollMs)
      ) {
        const rings = bell.rings()
        const jobs = await take(wanted, limit, leaseSeconds)
        const left = deadline - performance.now()
        if (jobs.length > 0 || left <= 0) return jobs
        await bell.heard(rings, Math.min(pollMs, left), signal)
      }
      return []
    },

    async extend(job, leaseSeconds) {
      const ready = later(databaseNow(db), leaseSeconds * 1000)
      const held = db
        .updateTable('job')
        .set({ ready_at: ready })
        .where('id', '=', job.id)
        .where('lease', '=', job.lease)
      const { numUpdatedRows } = await attempted('extend a lease', () => held.executeTakeFirst())
      return numUpdatedRows > 0n
    },

    async settle(job, settlement) {
      if (settlement.outcome === 'done') return forget(job)
      await letGo(job, (tx, row) => putBack(tx, row, settlement))
      bell.ring()
    },

    ...embeddedAdmin(db, bell),

    async close() {
      closing.abort()
      bell.ring()
    },
  }
}

function spent({ attempt, error }: JobRow): string {
  const end = `the lease of attempt ${attempt - 1} ran out: its worker was killed or hung, and there is no attempt left`
  return error ? `${end}; the error before was: ${error}` : end
}
