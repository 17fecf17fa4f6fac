import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sqliteDialect } from '../../test/support/sqlite.ts'
import { createEmbeddedQueue } from '../adapters/queue/embedded.ts'
import { queueMigrations, type QueueTables } from '../adapters/queue/job-table.ts'
import type { Job, LeasedJob, Queue, QueueAdmin } from '../adapters/queue/queue.ts'
import { TallymanError } from '../errors.ts'
import { retryDelaySeconds, type Handler } from './run-job.ts'
import { roomFor, runWorker, type WorkerOptions } from './work.ts'

let folder: string
let db: Kysely<QueueTables>
let queue: Queue & QueueAdmin
let lines: Record<string, unknown>[]
let stop: AbortController
let worker: Promise<void>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-work-'))
  db = new Kysely<QueueTables>({ dialect: sqliteDialect(join(folder, 'store.db')) })
  for (const migration of Object.values(queueMigrations)) await migration.up(db)
  queue = createEmbeddedQueue({ db, maxAttempts: 3 })
  lines = []
  stop = new AbortController()
  worker = Promise.resolve()
})
afterEach(async () => {
  stop.abort()
  await worker
  await queue.close()
  await db.destroy()
  await rm(folder, { recursive: true })
})

function work(handlers: Readonly<Record<string, Handler>>, rest: Partial<WorkerOptions> = {}): void {
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) })
  worker = runWorker({ queue, handlers, concurrency: 2, maxAttempts: 3, log, ...rest }, stop.signal)
}

const job = (key: string, rest: Partial<Job> = {}): Job => ({ lane: 'push', kind: 'scan', key, payload: {}, ...rest })

async function eventually(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 10_000, interval: 20 })
}

const outcomes = (): unknown[] => lines.map(({ key, attempt, outcome }) => [key, attempt, outcome].join(' '))

/** Makes the delays of retries nought, as the dice sometimes do. */
async function hurry(): Promise<void> {
  await db.updateTable('job').set({ ready_at: 0 }).where('lease', 'is', null).execute()
}

test('runs each job with its payload, and writes one line about it', async () => {
  const seen: unknown[] = []
  work({ scan: async (payload) => void seen.push(payload) })
  await queue.send([job('a', { payload: { digest: 'x' } })])
  await eventually(() => expect(lines).toHaveLength(1))
  expect(seen).toEqual([{ digest: 'x' }])
  expect(lines[0]).toMatchObject({ kind: 'scan', key: 'a', lane: 'push', attempt: 1, outcome: 'done', msg: 'job done' })
  expect(lines[0]?.['seconds']).toBeLessThan(5)
  expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 0, leased: 0 })
})

test('tries again what may succeed later, with a delay, until no attempt is left', async () => {
  const unavailable = new TallymanError('REGISTRY_UNAVAILABLE', 'no answer from registry.example', {
    retryAfterMs: 7000,
  })
  work({
    scan: async () => {
      throw unavailable
    },
  })
  await queue.send([job('a')])
  await eventually(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toMatchObject({ outcome: 'retry', delaySeconds: 7, code: 'REGISTRY_UNAVAILABLE' })
  for (const count of [2, 3]) {
    await hurry()
    await eventually(() => expect(lines).toHaveLength(count))
  }
  expect(outcomes()).toEqual(['a 1 retry', 'a 2 retry', 'a 3 dead'])
  const { jobs } = await queue.dead({ limit: 10 })
  expect(jobs).toMatchObject([{ attempt: 3, error: 'REGISTRY_UNAVAILABLE: no answer from registry.example' }])
})

test('puts aside at once what cannot succeed, and what it has no handler for', async () => {
  work({
    scan: async () => {
      throw new TallymanError('MANIFEST_INVALID', 'the manifest is not JSON')
    },
  })
  await queue.send([job('a'), job('b', { kind: 'constructor' })])
  await eventually(() => expect(lines).toHaveLength(2))
  const { jobs } = await queue.dead({ limit: 10 })
  expect(jobs.map(({ key, error }) => `${key}: ${error}`).sort()).toEqual([
    'a: MANIFEST_INVALID: the manifest is not JSON',
    'b: REQUEST_INVALID: this version of tallyman has no handler for constructor jobs',
  ])
})

test('takes an unknown error for a defect, tries again and logs its stack', async () => {
  work({
    scan: () => {
      throw new TypeError('x is not a function')
    },
  })
  await queue.send([job('a')])
  await eventually(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toMatchObject({
    outcome: 'retry',
    code: 'INTERNAL',
    err: { stack: expect.stringContaining('work.test') },
  })
})

test('keeps its lease while it works', async () => {
  work({ scan: async () => sleep(2500) }, { leaseSeconds: 1 })
  await queue.send([job('a')])
  await eventually(() => expect(outcomes()).toEqual(['a 1 done']))
})

test('stops a job whose lease is lost, and leaves it to its new holder', async () => {
  let told: unknown
  work(
    {
      scan: async (_, { signal }) => {
        await sleep(20_000, undefined, { signal }).catch(() => (told = signal.reason))
        throw new TallymanError('MANIFEST_INVALID', 'half of a manifest')
      },
    },
    { leaseSeconds: 3 },
  )
  await queue.send([job('a')])
  await eventually(async () => expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 0, leased: 1 }))
  await db.updateTable('job').set({ lease: 'of another worker' }).execute()
  await eventually(() => expect(outcomes()).toEqual(['a 1 lost']))
  expect(told).toMatchObject({ code: 'ABORTED' })
  expect((await queue.dead({ limit: 10 })).jobs).toEqual([])
  expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 0, leased: 1 })
})

test('stops a job that takes too long, and tries it again', async () => {
  work({ scan: (_, { signal }) => sleep(20_000, undefined, { signal }) }, { timeoutSeconds: 0.2 })
  await queue.send([job('a')])
  await eventually(() => expect(outcomes()).toEqual(['a 1 retry']))
})

test('runs a push at once though bulk jobs hold every other place', async () => {
  const release = Promise.withResolvers<void>()
  const bulk: string[] = []
  work({
    sweep: async (_, { job }) => {
      bulk.push(job.key)
      await release.promise
    },
    scan: async () => undefined,
  })
  await queue.send(['1', '2', '3'].map((key) => job(key, { lane: 'sweep', kind: 'sweep' })))
  await eventually(() => expect(bulk).toEqual(['1']))
  await queue.send([job('pushed')])
  await eventually(() => expect(outcomes()).toEqual(['pushed 1 done']))
  expect(bulk).toEqual(['1'])
  release.resolve()
  await eventually(() => expect(outcomes()).toHaveLength(4))
})

test('lets running jobs finish when it is stopped, and takes no new ones', async () => {
  work({ scan: () => sleep(300) }, { concurrency: 1 })
  await queue.send([job('a'), job('b')])
  await eventually(async () => expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 1, leased: 1 }))
  stop.abort()
  await worker
  expect(outcomes()).toEqual(['a 1 done'])
  expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 1, leased: 0 })
})

test('gives back at once what does not finish within the grace, as if it had not been tried', async () => {
  work({ scan: (_, { signal }) => sleep(20_000, undefined, { signal }) }, { graceSeconds: 0.1 })
  await queue.send([job('a')])
  await eventually(async () => expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 0, leased: 1 }))
  stop.abort()
  await worker
  expect(outcomes()).toEqual(['a 1 released'])
  const { signal } = new AbortController()
  const again = await queue.receive({ lanes: ['push'], limit: 1, leaseSeconds: 1, waitSeconds: 0, signal })
  expect(again).toMatchObject([{ key: 'a', attempt: 1 }])
})

test('leaves a handler behind that does not stop', async () => {
  work({ scan: () => new Promise(() => {}) }, { graceSeconds: 0.1 })
  await queue.send([job('a')])
  await eventually(async () => expect(await queue.depth()).toContainEqual({ lane: 'push', waiting: 0, leased: 1 }))
  stop.abort()
  await worker
  expect(outcomes()).toEqual(['a 1 released'])
})

test('goes on when the queue was away', async () => {
  let failures = 1
  const flaky: WorkerOptions['queue'] = {
    ...queue,
    receive: async (options) => {
      if (failures-- > 0) throw new TallymanError('QUEUE_UNAVAILABLE', 'no answer')
      return queue.receive(options)
    },
  }
  work({ scan: async () => undefined }, { queue: flaky })
  await queue.send([job('a')])
  await eventually(() => expect(lines).toHaveLength(2))
  expect(lines[0]).toMatchObject({ msg: 'no jobs can be received', code: 'QUEUE_UNAVAILABLE' })
  expect(lines[1]).toMatchObject({ key: 'a', outcome: 'done' })
})

test('bulk lanes leave one place free, lanes keep to their limits, and one place serves all lanes', () => {
  const running = (...lanes: Job['lane'][]): LeasedJob[] =>
    lanes.map((lane) => ({ ...job('a', { lane }), id: '1', lease: 'x', attempt: 1, enqueuedAt: new Date(0) }))
  const all = ['push', 'manual', 'delta', 'sweep']
  expect(roomFor([], { concurrency: 1 })).toEqual({ lanes: all, limit: 1 })
  expect(roomFor(running('push'), { concurrency: 1 })).toEqual({ lanes: [], limit: 0 })
  expect(roomFor([], { concurrency: 4 })).toEqual({ lanes: all, limit: 3 })
  expect(roomFor(running('delta', 'delta', 'sweep'), { concurrency: 4 })).toEqual({
    lanes: ['push', 'manual'],
    limit: 1,
  })
  expect(roomFor(running('push'), { concurrency: 4, limits: { sweep: 1 } })).toEqual({ lanes: all, limit: 1 })
  expect(roomFor(running('sweep'), { concurrency: 4, limits: { sweep: 1 } })).toEqual({
    lanes: all.slice(0, 3),
    limit: 2,
  })
  expect(roomFor([], { concurrency: 4, lanes: ['push'] })).toEqual({ lanes: ['push'], limit: 4 })
})

test('delays grow, are spread over the whole range, and stay within a quarter of an hour', () => {
  const longest = [1, 2, 3, 4, 5, 100].map((attempt) => retryDelaySeconds(attempt, () => 1))
  expect(longest).toEqual([5, 30, 180, 900, 900, 900])
  expect(retryDelaySeconds(3, () => 0.5)).toBe(90)
  expect(retryDelaySeconds(3, () => 0)).toBe(0)
})
