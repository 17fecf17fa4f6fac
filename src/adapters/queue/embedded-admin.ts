import { sql, type Kysely, type Transaction } from 'kysely'
import { attempted } from './attempted.ts'
import type { Bell } from './bell.ts'
import { deadCursor, readDeadCursor } from './dead-cursor.ts'
import { jobOf } from './job-rows.ts'
import { databaseNow, type QueueTables } from './job-table.ts'
import { maxDeadPage } from './limits.ts'
import { lanes, type QueueAdmin } from './queue.ts'
import { putWaiting } from './waiting-jobs.ts'

/** Jobs put back in one transaction: few enough that a push which comes meanwhile does not notice. */
const replayBatch = 500

export function embeddedAdmin(db: Kysely<QueueTables>, bell: Bell): QueueAdmin {
  return {
    async depth() {
      const leased = sql<number>`case when lease is not null and ready_at > ${databaseNow(db)} then 1 else 0 end`
      const counts = await attempted('count its jobs', () =>
        db
          .selectFrom('job')
          .select(({ fn }) => ['priority', fn.countAll().as('jobs'), fn.sum(leased).as('leased')])
          .groupBy('priority')
          .execute(),
      )
      return lanes.map((lane, priority) => {
        const count = counts.find((row) => row.priority === priority)
        const leased = Number(count?.leased ?? 0)
        return { lane, waiting: Number(count?.jobs ?? 0) - leased, leased }
      })
    },

    async dead({ limit, cursor }) {
      const size = Math.min(Math.max(1, limit), maxDeadPage)
      const newest = db.selectFrom('dead_job').selectAll().orderBy('died_at', 'desc').orderBy('id', 'desc')
      const after = cursor === undefined ? undefined : readDeadCursor(cursor)
      const page = after
        ? newest.where((eb) => eb(eb.refTuple('died_at', 'id'), '<', eb.tuple(after.diedAt, Number(after.id))))
        : newest
      const rows = await attempted('list dead jobs', () => page.limit(size + 1).execute())
      const jobs = rows
        .slice(0, size)
        .map((row) => ({ ...jobOf(row), error: row.error, diedAt: new Date(Number(row.died_at)) }))
      const last = rows.length > size ? jobs.at(-1) : undefined
      return { jobs, next: last ? deadCursor(last) : null }
    },

    async replay(ids) {
      // Which ones is settled first: a job that dies again at once is not replayed for ever.
      const wanted = ids === 'all' ? await allDead() : ids.filter((id) => /^\d{1,15}$/.test(id)).map(Number)
      let replayed = 0
      for (let start = 0; start < wanted.length; start += replayBatch) {
        const batch = wanted.slice(start, start + replayBatch)
        replayed += await attempted('replay dead jobs', () => db.transaction().execute((tx) => revive(tx, batch)))
      }
      if (replayed > 0) bell.ring()
      return replayed
    },
  }

  async function allDead(): Promise<number[]> {
    const rows = await attempted('list dead jobs', () => db.selectFrom('dead_job').select('id').execute())
    return rows.map(({ id }) => Number(id))
  }
}

async function revive(tx: Transaction<QueueTables>, ids: readonly number[]): Promise<number> {
  const rows = await tx.deleteFrom('dead_job').where('id', 'in', ids).returningAll().execute()
  if (rows.length === 0) return 0
  const jobs = rows.map(({ id, priority, kind, key, payload, error, enqueued_at }) => {
    return {
      id: Number(id),
      priority,
      kind,
      key,
      payload,
      error,
      enqueuedAt: Number(enqueued_at),
      delayMs: 0,
      attempt: 0,
    }
  })
  await putWaiting(tx, jobs)
  return rows.length
}
