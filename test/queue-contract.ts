import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Job, Lane, LeasedJob, Queue, QueueAdmin } from '../src/adapters/queue/queue.ts'

export interface QueueUnderTest {
  readonly maxAttempts: number
  /** False where jobs of the same key become one only when they are sent together. */
  readonly mergesWaiting: boolean
  /** False where a released job counts as an attempt. */
  readonly forgivesReleased: boolean
  /** Another consumer or producer of the same queue, as another process would be. */
  open(): Promise<Queue & QueueAdmin>
  /** Empties the queue. */
  clear(): Promise<void>
  stop(): Promise<void>
}

const never = new AbortController().signal
const all: readonly Lane[] = ['push', 'manual', 'delta', 'sweep']

function job(name: string, rest: Partial<Job> = {}): Job {
  return { lane: 'push', kind: 'scan', key: name, payload: { name }, ...rest }
}

async function take(queue: Queue, options: Partial<Parameters<Queue['receive']>[0]> = {}): Promise<LeasedJob[]> {
  return queue.receive({ lanes: all, limit: 10, leaseSeconds: 30, waitSeconds: 0, signal: never, ...options })
}

/** Exactly one job, waited for. */
async function takeOne(queue: Queue, options: Partial<Parameters<Queue['receive']>[0]> = {}): Promise<LeasedJob> {
  const [job, ...others] = await take(queue, { limit: 1, waitSeconds: 5, ...options })
  if (!job || others.length > 0) throw new Error(`expected one job, got ${others.length + (job ? 1 : 0)}`)
  return job
}

const names = (jobs: readonly { payload: Readonly<Record<string, unknown>> }[]): unknown[] =>
  jobs.map(({ payload }) => payload['name'])

/** What every queue does, whatever it is made of. */
export function describeQueue(title: string, make: () => Promise<QueueUnderTest>): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller's literal
  describe(title, () => {
    let under: QueueUnderTest
    let queue: Queue & QueueAdmin
    let other: Queue & QueueAdmin

    beforeAll(async () => {
      under = await make()
    })
    beforeEach(async () => {
      await under.clear()
      queue = await under.open()
      other = await under.open()
    })
    afterEach(async () => {
      await Promise.all([queue.close(), other.close()])
    })
    afterAll(async () => {
      await under?.stop()
    })

    test('gives a job back as it was sent', async () => {
      const before = Date.now()
      const payload = { text: 'ü “quoted” \u0000 \uFFFF 🐋', list: [1, null, { deep: true }] }
      await queue.send([job('a', { lane: 'manual', kind: 'sweep registry', payload })])
      const received = await takeOne(other)
      expect(received).toMatchObject({ lane: 'manual', kind: 'sweep registry', key: 'a', payload, attempt: 1 })
      expect(Math.abs(received.enqueuedAt.getTime() - before)).toBeLessThan(5000)
    })

    test('takes earlier lanes first and older jobs first within a lane', async () => {
      await queue.send([job('sweep', { lane: 'sweep' }), job('delta', { lane: 'delta' })])
      await queue.send([job('first')])
      await queue.send([job('second'), job('manual', { lane: 'manual' })])
      const received = []
      for (let i = 0; i < 5; i++) received.push(await takeOne(queue))
      expect(names(received)).toEqual(['first', 'second', 'manual', 'delta', 'sweep'])
    })

    test('takes only from the lanes that are asked for, at most as many as are asked for', async () => {
      await queue.send([
        job('a'),
        job('b', { lane: 'sweep' }),
        job('c', { lane: 'sweep' }),
        job('d', { lane: 'sweep' }),
      ])
      const received = await take(queue, { lanes: ['delta', 'sweep'], limit: 2, waitSeconds: 2 })
      expect(names(received)).toEqual(['b', 'c'])
    })

    test('gives each job to one of two consumers only', async () => {
      await queue.send(Array.from({ length: 40 }, (_, index) => job(`job ${index}`)))
      const taken: LeasedJob[] = []
      const consume = async (consumer: Queue): Promise<void> => {
        for (let jobs; (jobs = await take(consumer, { limit: 3, waitSeconds: 1 })).length > 0;) {
          taken.push(...jobs)
          for (const job of jobs) await consumer.settle(job, { outcome: 'done' })
        }
      }
      await Promise.all([consume(queue), consume(queue), consume(other), consume(other)])
      expect(new Set(names(taken)).size).toBe(40)
      expect(taken).toHaveLength(40)
      expect(await take(queue, { waitSeconds: 1 })).toEqual([])
    })

    test('gives a job to another when its lease has run out, and counts the attempt', async () => {
      await queue.send([job('a')])
      const lost = await takeOne(queue, { leaseSeconds: 1 })
      const again = await takeOne(other)
      expect(again).toMatchObject({ id: lost.id, key: 'a', attempt: 2 })
      expect(again.lease).not.toBe(lost.lease)
    })

    test('keeps a job whose lease is extended', async () => {
      await queue.send([job('a')])
      const held = await takeOne(queue, { leaseSeconds: 1 })
      expect(await queue.extend(held, 30)).toBe(true)
      expect(await take(other, { waitSeconds: 2 })).toEqual([])
    })

    test('tells the former holder of a lost lease, and ignores what it settles', async () => {
      await queue.send([job('a')])
      const lost = await takeOne(queue, { leaseSeconds: 1 })
      const again = await takeOne(other)
      expect(await queue.extend(lost, 30)).toBe(false)
      await queue.settle(lost, { outcome: 'dead', error: 'too late' })
      await queue.settle(lost, { outcome: 'retry', delaySeconds: 0, error: 'too late' })
      await queue.settle(lost, { outcome: 'released' })
      expect(await take(queue)).toEqual([])
      expect(await other.extend(again, 1)).toBe(true)
      expect((await queue.dead({ limit: 10 })).jobs).toEqual([])
      expect((await takeOne(queue)).attempt).toBe(3)
    })

    test('does not give a job again that is done', async () => {
      await queue.send([job('a')])
      await queue.settle(await takeOne(queue, { leaseSeconds: 1 }), { outcome: 'done' })
      expect(await take(other, { waitSeconds: 2 })).toEqual([])
    })

    test('gives a job again after the delay of its retry, not before', async () => {
      await queue.send([job('a')])
      await queue.settle(await takeOne(queue), { outcome: 'retry', delaySeconds: 1, error: 'registry down' })
      expect(await take(other)).toEqual([])
      expect(await takeOne(other)).toMatchObject({ key: 'a', attempt: 2 })
    })

    test('gives a released job to another at once', async () => {
      await queue.send([job('a')])
      await queue.settle(await takeOne(queue), { outcome: 'released' })
      expect(await takeOne(other)).toMatchObject({ key: 'a', attempt: under.forgivesReleased ? 1 : 2 })
    })

    test('holds a delayed job back', async () => {
      await queue.send([job('late', { delaySeconds: 1 })])
      expect(await take(queue)).toEqual([])
      expect(names([await takeOne(queue)])).toEqual(['late'])
    })

    test('makes one of jobs with the same kind and key that are sent together, of the earlier lane', async () => {
      await Promise.all([
        queue.send([job('a', { lane: 'sweep', payload: { name: 'bulk' } })]),
        queue.send([job('a', { payload: { name: 'urgent' } }), job('a', { kind: 'other' })]),
        queue.send([job('a', { delaySeconds: 60 })]),
      ])
      const received = await take(queue, { waitSeconds: 2 })
      const rest = await take(queue, { waitSeconds: 1 })
      const shown = [...received, ...rest].map(
        ({ lane, kind, payload }) => `${lane} ${kind} ${String(payload['name'])}`,
      )
      expect(shown.sort()).toEqual(['push other a', 'push scan urgent'])
    })

    test('takes a job into one of the same key that waits, and keeps it apart from one that runs', async (context) => {
      if (!under.mergesWaiting) context.skip('SQS keeps both; running twice does no harm')
      await queue.send([job('a', { lane: 'sweep', delaySeconds: 60, payload: { name: 'bulk' } })])
      await other.send([job('a', { payload: { name: 'urgent' } })])
      await other.send([job('a', { lane: 'delta', payload: { name: 'bulk again' } })])
      const running = await takeOne(queue)
      expect(running).toMatchObject({ lane: 'push', payload: { name: 'urgent' } })

      await other.send([job('a', { payload: { name: 'pushed while running' } })])
      await queue.settle(running, { outcome: 'retry', delaySeconds: 60, error: 'registry down' })
      expect(await takeOne(queue)).toMatchObject({ payload: { name: 'pushed while running' }, attempt: 1 })
      expect(await take(queue)).toEqual([])
    })

    test('has stored every job of many senders when their sends resolve', async () => {
      const sends = Array.from({ length: 100 }, async (_, index) => {
        const sender = index % 2 === 0 ? queue : other
        await sender.send([job(`a ${index}`), job(`b ${index}`, { lane: 'delta' })])
      })
      await Promise.all(sends)
      const depth = await queue.depth()
      expect(depth).toEqual([
        { lane: 'push', waiting: 100, leased: 0 },
        { lane: 'manual', waiting: 0, leased: 0 },
        { lane: 'delta', waiting: 100, leased: 0 },
        { lane: 'sweep', waiting: 0, leased: 0 },
      ])
    })

    test('counts waiting and leased jobs of each lane', async () => {
      await queue.send([job('a'), job('b'), job('c', { lane: 'delta' }), job('d', { lane: 'sweep', delaySeconds: 60 })])
      await takeOne(queue)
      expect(await other.depth()).toEqual([
        { lane: 'push', waiting: 1, leased: 1 },
        { lane: 'manual', waiting: 0, leased: 0 },
        { lane: 'delta', waiting: 1, leased: 0 },
        { lane: 'sweep', waiting: 1, leased: 0 },
      ])
    })

    test('wakes a waiting consumer when a job is sent, in any lane', async () => {
      for (const lane of ['push', 'sweep'] as const) {
        const waiting = takeOne(queue, { waitSeconds: 10 })
        await sleep(300)
        const sent = performance.now()
        await queue.send([job('a', { lane })])
        await queue.settle(await waiting, { outcome: 'done' })
        expect(performance.now() - sent).toBeLessThan(2000)
      }
    })

    test('wakes a waiting consumer when another process sends a job', async () => {
      const waiting = takeOne(queue, { waitSeconds: 10 })
      await sleep(300)
      await other.send([job('a')])
      expect(names([await waiting])).toEqual(['a'])
    })

    test('stops waiting when it is aborted, and loses nothing that comes then', async () => {
      const stop = new AbortController()
      const waiting = take(queue, { waitSeconds: 20, signal: stop.signal })
      await sleep(300)
      const aborted = performance.now()
      stop.abort()
      expect(await waiting).toEqual([])
      expect(performance.now() - aborted).toBeLessThan(1000)
      await queue.send([job('a')])
      expect(names([await takeOne(other)])).toEqual(['a'])
    })

    test('is empty-handed after the time it was told to wait', async () => {
      const started = performance.now()
      expect(await take(queue, { waitSeconds: 1 })).toEqual([])
      expect(performance.now() - started).toBeGreaterThan(900)
    })

    test('puts a dead job aside with its error, and replays it with a fresh count of attempts', async () => {
      await queue.send([job('a', { lane: 'manual' }), job('b')])
      const [b, a] = [await takeOne(queue), await takeOne(queue)]
      await queue.settle(b, { outcome: 'retry', delaySeconds: 0, error: 'at first' })
      await queue.settle(await takeOne(queue), { outcome: 'dead', error: `broken${'!'.repeat(10_000)}` })
      await sleep(2)
      await queue.settle(a, { outcome: 'dead', error: 'no such image ü\u0000\uD83D' })
      expect(await take(queue)).toEqual([])

      const { jobs, next } = await other.dead({ limit: 10 })
      expect(next).toBeNull()
      expect(jobs).toMatchObject([
        { lane: 'manual', kind: 'scan', key: 'a', payload: { name: 'a' }, attempt: 1 },
        { lane: 'push', kind: 'scan', key: 'b', payload: { name: 'b' }, attempt: 2 },
      ])
      expect(jobs[0]?.error).toBe('no such image ü \uFFFD')
      expect(jobs[1]?.error).toMatch(/^broken!{1000,1993}…$/)
      for (const { enqueuedAt, diedAt } of jobs) expect(diedAt.getTime()).toBeGreaterThanOrEqual(enqueuedAt.getTime())

      expect(await other.replay([jobs[1]?.id ?? '', 'unknown', '4711'])).toBe(1)
      expect(await takeOne(queue)).toMatchObject({ lane: 'push', key: 'b', payload: { name: 'b' }, attempt: 1 })
      expect((await other.dead({ limit: 10 })).jobs.map(({ key }) => key)).toEqual(['a'])
      expect(await other.replay(['4711'])).toBe(0)
      expect(await other.replay('all')).toBe(1)
      expect(await takeOne(queue)).toMatchObject({ lane: 'manual', key: 'a', attempt: 1 })
      expect(await other.dead({ limit: 10 })).toEqual({ jobs: [], next: null })
    })

    test('pages through dead jobs, newest first', async () => {
      for (const name of ['1', '2', '3', '4', '5']) {
        await queue.send([job(name)])
        await queue.settle(await takeOne(queue), { outcome: 'dead', error: 'broken' })
        await sleep(2)
      }
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page = await queue.dead({ limit: 2, ...(cursor && { cursor }) })
        expect(page.jobs.length).toBeLessThanOrEqual(2)
        seen.push(...page.jobs.map(({ key }) => key))
        cursor = page.next
      }
      expect(seen).toEqual(['5', '4', '3', '2', '1'])
      await expect(queue.dead({ limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    })

    test('puts a job aside whose lease ran out on its last attempt', async () => {
      await queue.send([job('poison')])
      const job1 = await takeOne(queue, { leaseSeconds: 1 })
      for (let attempt = 1; attempt < under.maxAttempts; attempt++) {
        await queue.settle(attempt === 1 ? job1 : await takeOne(queue), {
          outcome: 'retry',
          delaySeconds: 0,
          error: 'out of memory',
        })
      }
      expect(await takeOne(queue, { leaseSeconds: 1 })).toMatchObject({ attempt: under.maxAttempts })
      expect(await take(other, { waitSeconds: 2 })).toEqual([])
      const { jobs } = await other.dead({ limit: 10 })
      expect(jobs).toMatchObject([{ key: 'poison', attempt: under.maxAttempts }])
      expect(jobs[0]?.error).toMatch(/^the lease of attempt \d+ ran out/)
    })

    test('refuses a job that is over a limit, and stores those that were sent beside it', async () => {
      const [large, unprintable, fine] = await Promise.allSettled([
        queue.send([job('large', { payload: { text: 'x'.repeat(70_000) } })]),
        queue.send([job('un\u0000printable')]),
        queue.send([job('fine', { payload: { name: 'fine', text: 'ü'.repeat(30_000) } })]),
      ])
      expect([large, unprintable, fine].map((result) => result?.status)).toEqual(['rejected', 'rejected', 'fulfilled'])
      expect(names(await take(queue, { waitSeconds: 2 }))).toEqual(['fine'])
    })
  })
}
