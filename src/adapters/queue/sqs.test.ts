import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { startFauxqs, type FauxqsServer } from 'fauxqs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeQueue } from '../../../test/queue-contract.ts'
import type { Job, LeasedJob, Queue, QueueAdmin } from './queue.ts'
import { createSqsQueue, ensureSqsQueues } from './sqs.ts'
import type { SqsOptions } from './sqs-client.ts'

function optionsFor(port: number): SqsOptions & { maxAttempts: number } {
  return {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    prefix: 'tallyman',
    maxAttempts: 3,
    longPollSeconds: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
}

describeQueue('the queue on SQS', async () => {
  const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1', defaultRegion: 'eu-west-1' })
  const options = optionsFor(server.port)
  await ensureSqsQueues(options)
  return {
    maxAttempts: options.maxAttempts,
    mergesWaiting: false,
    forgivesReleased: false,
    open: async () => createSqsQueue(options),
    clear: async () => server.reset(),
    stop: () => server.stop(),
  }
})

const job = (key: string, rest: Partial<Job> = {}): Job => ({ lane: 'push', kind: 'scan', key, payload: {}, ...rest })

function take(queue: Queue, waitSeconds: number): Promise<LeasedJob[]> {
  const { signal } = new AbortController()
  return queue.receive({ lanes: ['push', 'sweep'], limit: 10, leaseSeconds: 30, waitSeconds, signal })
}

describe('what SQS alone does', () => {
  let server: FauxqsServer
  let queue: Queue & QueueAdmin

  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1', defaultRegion: 'eu-west-1' })
  })
  beforeEach(async () => {
    await ensureSqsQueues(optionsFor(server.port))
    queue = createSqsQueue(optionsFor(server.port))
  })
  afterEach(async () => {
    await queue.close()
    server.reset()
  })
  afterAll(() => server.stop())

  test('a job that comes through a long poll that nobody waits for any more is given back soon', async () => {
    const other = createSqsQueue({ ...optionsFor(server.port), longPollSeconds: 20 })
    const waiting = take(other, 20)
    await queue.send([job('wakes the waiting one')])
    expect(await waiting).toHaveLength(1)
    // Now the long poll of the other lane is still under way, and gets this one.
    await queue.send([job('straggler', { lane: 'sweep' })])
    expect(await take(queue, 0)).toEqual([])
    expect(await take(queue, 5)).toMatchObject([{ key: 'straggler', attempt: 2 }])
    await other.close()
  })

  test('a job that comes through such a long poll is given to who asks next', async () => {
    const other = createSqsQueue({ ...optionsFor(server.port), longPollSeconds: 20 })
    const waiting = take(other, 20)
    await queue.send([job('wakes the waiting one')])
    await waiting
    await queue.send([job('straggler', { lane: 'sweep' })])
    expect(await take(other, 5)).toMatchObject([{ key: 'straggler', attempt: 1 }])
    await other.close()
  })

  test('a message that is not a job is put aside, shown and replayed as it was', async () => {
    server.sendMessage('tallyman-push', '{"kind":"scan"} or so')
    expect(await take(queue, 0)).toEqual([])
    const { jobs } = await queue.dead({ limit: 10 })
    expect(jobs).toMatchObject([
      {
        lane: 'push',
        kind: 'unknown',
        payload: { body: '{"kind":"scan"} or so' },
        error: 'the message is not a job of tallyman',
      },
    ])
    expect(await queue.replay('all')).toBe(1)
    expect(server.inspectQueue('tallyman-push')?.messages.ready.map(({ body }) => body)).toEqual([
      '{"kind":"scan"} or so',
    ])
  })

  test('a letter that SQS itself put aside is shown', async () => {
    server.sendMessage('tallyman-dead', '{"kind":"scan","key":"a","enqueuedAt":5,"payload":{"digest":"x"}}')
    const { jobs } = await queue.dead({ limit: 10 })
    expect(jobs).toMatchObject([{ kind: 'scan', key: 'a', enqueuedAt: new Date(5), payload: { digest: 'x' } }])
    expect(jobs[0]?.error).toMatch(/^SQS gave it up/)
  })

  test('queues are created once, with a way to the dead letters', async () => {
    await ensureSqsQueues(optionsFor(server.port))
    const { RedrivePolicy = '' } = server.inspectQueue('tallyman-sweep')?.attributes ?? {}
    expect(JSON.parse(RedrivePolicy)).toMatchObject({ maxReceiveCount: 8 })
    expect(RedrivePolicy).toContain(':tallyman-dead')
  })

  test('queues that do not exist are named', async () => {
    const lost = createSqsQueue({ ...optionsFor(server.port), prefix: 'absent' })
    await expect(lost.send([job('a')])).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.stringContaining('absent-push'),
    })
    await lost.close()
  })
})

test('jobs that SQS refuses for reasons of its own are sent again, the others are not', async () => {
  const batches: string[][] = []
  await using server = await startSqsThatRefuses((bodies) => {
    batches.push(bodies.map((body) => JSON.parse(body).key))
    return batches.length < 3 ? bodies.slice(1) : []
  })
  const queue = createSqsQueue(optionsFor(server.port))
  await queue.send([job('a'), job('b'), job('c')])
  expect(batches).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']])
  await queue.close()
})

test('jobs that SQS goes on refusing are an error', async () => {
  await using server = await startSqsThatRefuses((bodies) => bodies)
  const queue = createSqsQueue(optionsFor(server.port))
  await expect(queue.send([job('a')])).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
  await queue.close()
})

/** As much of SQS as sending needs. fauxqs never refuses single entries of a batch. */
async function startSqsThatRefuses(refused: (bodies: readonly string[]) => readonly string[]) {
  const answer = (entries: readonly { Id: string; MessageBody: string }[]) => {
    const failing = refused(entries.map(({ MessageBody }) => MessageBody))
    const md5 = (text: string) => createHash('md5').update(text).digest('hex')
    const isRefused = ({ MessageBody }: { MessageBody: string }) => failing.includes(MessageBody)
    return {
      Failed: entries.filter(isRefused).map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
      Successful: entries
        .filter((entry) => !isRefused(entry))
        .map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
    }
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { Entries } = (await json(request)) as { Entries?: { Id: string; MessageBody: string }[] }
    response.setHeader('content-type', 'application/x-amz-json-1.0')
    response.end(JSON.stringify(Entries ? answer(Entries) : { QueueUrl: 'http://sqs.example/queue' }))
  }
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close }
}
