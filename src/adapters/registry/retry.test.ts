import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildImage, pushImage } from '../../../test/support/build-image.ts'
import { startFaultProxy } from '../../../test/support/fault-proxy.ts'
import type { Fault, FaultProxy } from '../../../test/support/fault-proxy.ts'
import { listen } from '../../../test/support/listen.ts'
import { startRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import { retryAfterMs } from './retry.ts'

const signal = AbortSignal.timeout(20_000)
const image = await buildImage({ layers: [{ entries: { a: 'b' } }] })
let registry: TestRegistry
let proxy: FaultProxy

beforeEach(async () => {
  registry = await startRegistry()
  proxy = await startFaultProxy(registry.host)
  await pushImage(testClient(registry.host).repository('team/api'), image, '1.0')
})
afterEach(() => Promise.all([proxy.stop(), registry.stop()]))

test.each<[string, Fault]>([
  ['503', { kind: 'status', status: 503 }],
  ['500 with a page of HTML', { kind: 'status', status: 500, body: '<html>' }],
  ['408', { kind: 'status', status: 408 }],
  ['429 without a time', { kind: 'status', status: 429 }],
  ['a reset connection', { kind: 'reset', afterBytes: 0 }],
  ['a body that breaks off', { kind: 'reset', afterBytes: 100 }],
  ['a manifest cut short', { kind: 'truncate', afterBytes: 100 }],
  ['a manifest with a wrong byte', { kind: 'corrupt', atByte: 50 }],
])('a manifest arrives in spite of %s, twice', async (_, fault) => {
  proxy.rules.push({ fault, times: 2 })
  const client = testClient(proxy.host)
  const { bytes } = await client.repository('team/api').manifest('1.0', signal)
  expect(bytes).toEqual(image.bytes)
  expect(proxy.requests).toHaveLength(3)
})

test.each([
  [503, 'REGISTRY_UNAVAILABLE', 'answered 503'],
  [429, 'REGISTRY_RATE_LIMITED', 'refused more requests (429)'],
])('%i again and again ends as %s', async (status, code, message) => {
  proxy.rules.push({ fault: { kind: 'status', status } })
  const client = testClient(proxy.host, { retry: { attempts: 3, longestWaitMs: 2_000 } })
  await expect(client.repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    code,
    retry: true,
    message: `${proxy.host} ${message}`,
  })
  expect(proxy.requests).toHaveLength(3)
})

test.each([400, 403, 404, 405, 413, 418])('%i is final', async (status) => {
  proxy.rules.push({ fault: { kind: 'status', status, body: '<html>' } })
  await expect(testClient(proxy.host).repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    retry: false,
  })
  expect(proxy.requests).toHaveLength(1)
})

test('wrong bytes to the end are BLOB_CORRUPT, by tag because the registry announced another digest', async () => {
  proxy.rules.push({ fault: { kind: 'corrupt', atByte: 50 } })
  const client = testClient(proxy.host, { retry: { attempts: 2 } })
  for (const reference of ['1.0', image.descriptor.digest]) {
    await expect(client.repository('team/api').manifest(reference, signal)).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
    })
  }
})

test('the time that Retry-After names is waited, by every request to the host', async () => {
  proxy.rules.push({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, times: 1 })
  const repository = testClient(proxy.host).repository('team/api')
  const started = performance.now()
  const first = repository.manifest('1.0', signal)
  await expect.poll(() => proxy.requests.length).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 50)) // the 429 has arrived
  await Promise.all([first, repository.headManifest('1.0', signal)])
  expect(performance.now() - started).toBeGreaterThan(950)
  expect(proxy.requests).toHaveLength(3)
})

test('a time that is too long for a job is left to the queue, and nobody else asks meanwhile', async () => {
  proxy.rules.push({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '120' } } })
  const repository = testClient(proxy.host).repository('team/api')
  await expect(repository.manifest('1.0', signal)).rejects.toMatchObject({
    code: 'REGISTRY_RATE_LIMITED',
    message: `${proxy.host} refused more requests (429) and asked to come back in 120 s`,
    details: { retryAfterMs: 120_000 },
  })
  await expect(repository.manifest('1.0', signal)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
  expect(proxy.requests).toHaveLength(1)
})

test('reads both forms of Retry-After', () => {
  const now = Date.parse('2024-01-01T00:00:00Z')
  expect(retryAfterMs('7', now)).toBe(7_000)
  expect(retryAfterMs('Mon, 01 Jan 2024 00:00:30 GMT', now)).toBe(30_000)
  expect(retryAfterMs('Sun, 31 Dec 2023 00:00:00 GMT', now)).toBe(0)
  expect([undefined, '', 'soon', '-1x', '9'.repeat(20)].map((header) => retryAfterMs(header, now))).toEqual(
    Array(5).fill(undefined),
  )
})

test('a signal ends the waiting at once', async () => {
  proxy.rules.push({ fault: { kind: 'status', status: 503, headers: { 'retry-after': '20' } } })
  const client = testClient(proxy.host)
  await expect(client.repository('team/api').manifest('1.0', AbortSignal.timeout(100))).rejects.toMatchObject({
    code: 'ABORTED',
  })
})

test('a signal ends a request under way at once', async () => {
  proxy.rules.push({ fault: { kind: 'hang', afterBytes: 10 } })
  const client = testClient(proxy.host)
  await expect(client.repository('team/api').manifest('1.0', AbortSignal.timeout(100))).rejects.toMatchObject({
    code: 'ABORTED',
  })
})

test('a registry that gives no answer, or drips one, is given up', async () => {
  const timeouts = { headersMs: 100, idleMs: 200, smallBodyMs: 150 }
  const client = testClient(proxy.host, { timeouts, retry: { attempts: 1 } })
  proxy.rules.push({ fault: { kind: 'delay', ms: 2_000 }, times: 1 })
  await expect(client.repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: `no answer from ${proxy.host}: UND_ERR_HEADERS_TIMEOUT`,
  })
  proxy.rules.push({ fault: { kind: 'slow', bytes: 1, pauseMs: 20 } })
  await expect(client.repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: `${proxy.host} did not finish its answer within 0.15 s`,
  })
})

test('no more requests at a time than allowed, bodies included', async () => {
  let [now, most] = [0, 0]
  const counting = await listen(async (_, response) => {
    now += 1
    most = Math.max(most, now)
    response.writeHead(200, { 'content-type': image.descriptor.mediaType }).write(image.bytes.subarray(0, 10))
    await new Promise((resolve) => setTimeout(resolve, 20))
    response.end(image.bytes.subarray(10))
    now -= 1
  })
  const repository = testClient(counting.host, { concurrency: 3 }).repository('team/api')
  await Promise.all(Array.from({ length: 10 }, () => repository.manifest('1.0', signal)))
  expect(most).toBe(3)
  await counting.stop()
})

test('no more requests a second than allowed', async () => {
  const repository = testClient(proxy.host, { requestsPerSecond: 50 }).repository('team/api')
  const started = performance.now()
  await Promise.all(Array.from({ length: 11 }, () => repository.manifest('1.0', signal)))
  expect(performance.now() - started).toBeGreaterThan(195)
})

test('a place that is waited for is not lost when the waiting is stopped', async () => {
  proxy.rules.push({ fault: { kind: 'delay', ms: 200 }, times: 1 })
  const repository = testClient(proxy.host, { concurrency: 1 }).repository('team/api')
  const first = repository.manifest('1.0', signal)
  await expect(repository.manifest('1.0', AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'ABORTED' })
  await first
  expect((await repository.manifest('1.0', signal)).bytes).toEqual(image.bytes)
})
