import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { LayerFacts, LayerReader } from '../../core/layer/facts.ts'
import { blobOf, evidenceCataloger, tar, tarEntry, type TestEntry } from '../../core/layer/test-archive.ts'
import { TallymanError } from '../../errors.ts'
import { createInlineLayerReader } from './inline.ts'
import { bufferBytes, bufferCount } from './layer-worker.ts'
import { createLayerPool, type LayerPoolOptions } from './pool.ts'

const file = new URL('test-worker.ts', import.meta.url)
const forever = new AbortController().signal
const pools: LayerReader[] = []

function createPool(options: LayerPoolOptions = {}): LayerReader {
  const pool = createLayerPool({ file, size: 2, ...options })
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

async function* chunksOf(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function layer(text: string, ...more: TestEntry[]): Buffer {
  return gzipSync(tar({ name: `${text}/evidence`, body: text }, ...more))
}

function read(pool: LayerReader, bytes: Buffer, signal: AbortSignal = forever): Promise<LayerFacts> {
  return pool.read(blobOf(bytes), () => chunksOf(bytes), signal)
}

test('reads more layers than it has threads, as the inline reader does', async () => {
  const pool = createPool()
  const layers = Array.from({ length: 8 }, (_, i) =>
    layer(`layer-${i}`, { name: 'noise', body: randomBytes(1_500_000) }),
  )
  const inline = createInlineLayerReader([evidenceCataloger()])
  const facts = await Promise.all(layers.map((bytes) => read(pool, bytes)))
  expect(facts).toEqual(await Promise.all(layers.map((bytes) => read(inline, bytes))))
  expect(facts.map(({ readings }) => readings[0]?.path)).toEqual(layers.map((_, i) => `layer-${i}/evidence`))
})

test('opens a blob again where a hard link asks for it', async () => {
  const bytes = layer('x', { name: 'store', body: 'linked' }, { name: 'a/evidence', type: '1', link: 'store' })
  for (const reader of [createPool(), createInlineLayerReader([evidenceCataloger()])]) {
    let opened = 0
    const open = (): AsyncIterable<Uint8Array> => {
      opened++
      return chunksOf(bytes)
    }
    const { readings } = await reader.read(blobOf(bytes), open, forever)
    expect(readings.map(({ path }) => path)).toEqual(['x/evidence', 'a/evidence'])
    expect(opened).toBe(2)
  }
})

test('two readers of the same blob share one reading', async () => {
  const pool = createPool()
  const bytes = layer('shared')
  let opened = 0
  const open = (): AsyncIterable<Uint8Array> => {
    opened++
    return chunksOf(bytes)
  }
  const [one, other] = await Promise.all([1, 2].map(() => pool.read(blobOf(bytes), open, forever)))
  expect(one).toBe(other)
  expect(opened).toBe(1)
  await pool.read(blobOf(bytes), open, forever)
  expect(opened).toBe(2)
})

test('a source that refuses one reader fails no other reader of the same blob', async () => {
  const pool = createPool()
  const bytes = layer('shared')
  const blob = blobOf(bytes)
  // oxlint-disable-next-line require-yield -- it never comes to that
  const refusing = async function* (): AsyncGenerator<Uint8Array> {
    await sleep(20)
    throw new TallymanError('REGISTRY_UNAUTHORIZED', 'not for you')
  }
  let opened = 0
  const open = (): AsyncIterable<Uint8Array> => {
    opened++
    return chunksOf(bytes)
  }
  const readings = [refusing, open, refusing, open].map((source) => pool.read(blob, source, forever))
  const outcomes = await Promise.allSettled(readings)
  const facts = { status: 'fulfilled', value: expect.objectContaining({ files: 'shared/evidence', gaps: [] }) }
  const refusal = { status: 'rejected', reason: expect.objectContaining({ code: 'REGISTRY_UNAUTHORIZED' }) }
  expect(outcomes).toEqual([refusal, facts, facts, facts])
  expect(opened).toBe(1)
})

test('a manifest with a wrong size fails no other reader of the same blob', async () => {
  const pool = createPool()
  const bytes = layer('shared')
  const blob = blobOf(bytes)
  let opened = 0
  const open = (): AsyncIterable<Uint8Array> => {
    opened++
    return chunksOf(bytes)
  }
  const wrong = pool.read({ ...blob, size: blob.size - 1 }, open, forever)
  const right = pool.read(blob, open, forever)
  await expect(wrong).rejects.toThrow(expect.objectContaining({ code: 'BLOB_CORRUPT' }))
  expect(await right).toMatchObject({ files: 'shared/evidence', gaps: [] })
  expect(opened).toBe(2)
})

test('a wrong blob is an error that may pass, and the thread goes on with the next layer', async () => {
  const pool = createPool({ size: 1 })
  const bytes = layer('right')
  const blob = blobOf(bytes)
  const wrong = pool.read(blob, () => chunksOf(Buffer.from(bytes).fill(0, 30, 40)), forever)
  await expect(wrong).rejects.toThrow(expect.objectContaining({ code: 'BLOB_CORRUPT', retry: true }))
  const long = Buffer.concat([bytes, randomBytes(5_000_000)])
  await expect(pool.read(blob, () => chunksOf(long), forever)).rejects.toThrow('is longer than')
  expect(await read(pool, bytes)).toMatchObject({ gaps: [], files: 'right/evidence' })
})

test('a source that fails ends that reading only, with its own error', async () => {
  const pool = createPool({ size: 1 })
  const bytes = layer('x', { name: 'noise', body: randomBytes(2_000_000) })
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield* chunksOf(bytes.subarray(0, 1_000_000))
    throw new Error('connection reset')
  }
  await expect(pool.read(blobOf(bytes), failing, forever)).rejects.toThrow('connection reset')
  expect((await read(pool, bytes)).gaps).toEqual([])
})

test('an aborted reader is let go at once, and the others go on', async () => {
  const pool = createPool({ size: 1 })
  const bytes = layer('x')
  const abort = new AbortController()
  const stalled = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 10)
    await sleep(60_000, undefined, { signal: abort.signal })
  }
  const first = pool.read(blobOf(bytes), stalled, abort.signal)
  const second = read(pool, bytes)
  const third = read(pool, layer('y'))
  abort.abort()
  await expect(first).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  expect(await second).toMatchObject({ files: 'x/evidence', gaps: [] })
  expect(await third).toMatchObject({ files: 'y/evidence', gaps: [] })
  await expect(read(pool, bytes, abort.signal)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
})

test.each([
  ['ends its thread', 'exit', /ended|exit/],
  ['hangs its thread', 'hang', /did not answer for 2 s/],
  ['fills its thread’s memory', 'hoard', /memory/],
])('a layer that %s is walked once more without its packages, and that is said', async (_, deed, why) => {
  const pool = createPool({ size: 1, stuckAfter: 2000, heapMiB: 64 })
  const facts = await read(pool, layer('x', { name: 'hostile', body: deed }, { name: '.wh.gone' }))
  expect(facts).toMatchObject({
    files: 'x/evidence\nhostile',
    whiteouts: ['gone'],
    readings: [],
    gaps: [{ status: 'partial', reason: 'LAYER_THREAD_DIED', detail: expect.stringMatching(why) }],
  })
  expect(await read(pool, layer('y'))).toMatchObject({ files: 'y/evidence', gaps: [] })
})

test('a worker that cannot even start is a defect', async () => {
  const pool = createPool({ file: new URL('no-such-worker.ts', import.meta.url) })
  await expect(read(pool, layer('x'))).rejects.toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('a slow source is not taken for a stuck thread', async () => {
  const pool = createPool({ size: 1, stuckAfter: 1500 })
  const bytes = layer('x', { name: 'noise', body: randomBytes(700_000) })
  const slow = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 600_000)
    await sleep(2000)
    yield bytes.subarray(600_000)
  }
  expect((await pool.read(blobOf(bytes), slow, forever)).gaps).toEqual([])
})

test('a source that is faster than the thread waits: 300 MB go through four buffers', async () => {
  const chunk = randomBytes(1_000_000)
  const header = tarEntry({ name: 'noise', size: 300 * chunk.length })
  const blob = { digest: blobOf(chunk).digest, size: header.length + 300 * chunk.length, mediaType: '' }
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield header
    for (let i = 0; i < 300; i++) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      yield chunk
    }
  }
  await expect(createPool().read(blob, source, forever)).rejects.toThrow('arrived with the digest')
  expect(most).toBeLessThanOrEqual(2 * bufferCount * bufferBytes)
})

test('idle threads end, and a new one begins where there is work again', async () => {
  const pool = createPool({ idleAfter: 20 })
  await read(pool, layer('x'))
  await sleep(100)
  expect(await read(pool, layer('x'))).toMatchObject({ files: 'x/evidence' })
})

test('closing the pool ends what is running', async () => {
  const pool = createPool()
  const bytes = layer('x', { name: 'hostile', body: 'hang' })
  const closed = sleep(300).then(async () => pool.close())
  await expect(read(pool, bytes)).rejects.toThrow(expect.objectContaining({ code: 'ABORTED' }))
  await closed
})
