import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { pino } from 'pino'
import { createEmbeddedQueue } from '../../src/adapters/queue/embedded.ts'
import type { QueueTables } from '../../src/adapters/queue/job-table.ts'
import { runWorker } from '../../src/flows/work.ts'
import { sqliteDialect } from './sqlite.ts'

/** What the jobs of test/queue-kill.test.ts do: two writes that may be repeated, and a note of each run. */
export interface EffectTables extends QueueTables {
  effect: { key: string; part: number }
  run: { key: string }
}

/**
 * A process that works on the queue in the SQLite file, and sends jobs of its own meanwhile, telling its parent the key of
 * each job that it was told is stored. It ends on SIGTERM, if nobody kills it before.
 */
const [file = '', name = ''] = process.argv.slice(2)
const db = new Kysely<EffectTables>({ dialect: sqliteDialect(file) })
const queue = createEmbeddedQueue({ db, maxAttempts: 1000 })
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

async function apply(key: string): Promise<void> {
  await db.insertInto('run').values({ key }).execute()
  for (const part of [1, 2]) {
    await db
      .insertInto('effect')
      .values({ key, part })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await sleep(Math.random() * 10)
  }
}

async function sendJobs(): Promise<void> {
  for (let i = 0; i < 20 && !stop.signal.aborted; i++) {
    const keys = [`${name} ${i} a`, `${name} ${i} b`]
    await queue.send(keys.map((key) => ({ lane: 'push', kind: 'apply', key, payload: { key } })))
    for (const key of keys) process.send?.(key)
    await sleep(5)
  }
}

process.send?.('ready')
const handlers = { apply: async ({ key }: Readonly<Record<string, unknown>>) => apply(String(key)) }
const worker = { queue, handlers, concurrency: 8, leaseSeconds: 1, maxAttempts: 1000, log: pino({ level: 'silent' }) }
await Promise.all([runWorker(worker, stop.signal), sendJobs()])
await queue.close()
await db.destroy()
process.disconnect?.()
