import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../core/image/digest.ts'
import { readVerified } from '../../core/image/verified.ts'
import { startFaultProxy } from '../../../test/support/fault-proxy.ts'
import type { FaultProxy } from '../../../test/support/fault-proxy.ts'
import { listen } from '../../../test/support/listen.ts'
import { registryLogin, startRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import { staticCredentials } from './credentials.ts'

const signal = AbortSignal.timeout(20_000)
const credentials = staticCredentials(registryLogin)
const bytes = randomBytes(300_000)
const blob = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length }
let registry: TestRegistry
let proxy: FaultProxy

beforeEach(async () => {
  registry = await startRegistry({ auth: 'token' })
  registry.blobs.set(blob.digest, bytes)
  proxy = await startFaultProxy(registry.host)
})
afterEach(() => Promise.all([proxy.stop(), registry.stop()]))

function read(host: string, descriptor = blob): Promise<Buffer> {
  return readVerified(
    testClient(host, { credentials }).repository('team/api').blob(descriptor, signal),
    descriptor,
    1_000_000,
  )
}

const rangesAsked = () =>
  [...registry.requests, ...registry.storageRequests]
    .map(({ headers }) => headers.range)
    .filter((range) => range !== undefined)

test('a redirect to another origin is followed without our credentials', async () => {
  registry.switches.redirectBlobs = true
  expect(await read(registry.host)).toEqual(bytes)
  expect(registry.storageRequests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  expect(registry.requests.at(-1)?.headers.authorization).toMatch(/^Bearer /)
})

test('credentials do not come back when a redirect leads away and home again', async () => {
  const away = await listen(
    (_, response) =>
      void response.writeHead(307, { location: `http://${registry.host}/v2/team/api/blobs/${blob.digest}` }).end(),
  )
  proxy.rules.push({ path: /blobs/, fault: { kind: 'redirect', to: `${away.origin}/x` } })
  const client = testClient(proxy.host, { credentials, retry: { attempts: 1 } })
  await expect(readVerified(client.repository('team/api').blob(blob, signal), blob, 1_000_000)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
  })
  const last = registry.requests.at(-1)
  expect(last?.url).toContain('/blobs/')
  expect(last?.headers.authorization).toBeUndefined()
  await away.stop()
})

test('redirects that do not end are given up', async () => {
  proxy.rules.push({ fault: { kind: 'redirect', to: '/v2/again' } })
  await expect(read(proxy.host)).rejects.toMatchObject({
    code: 'REGISTRY_PROTOCOL',
    message: `${proxy.host} redirected more than 5 times`,
  })
})

test('a body that breaks off is taken up where it ended', async () => {
  proxy.rules.push({ path: /blobs/, after: 1, times: 1, fault: { kind: 'reset', afterBytes: 100_000 } })
  expect(await read(proxy.host)).toEqual(bytes)
  expect(rangesAsked()).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)])
})

test('the range goes along with a redirect, from the registry anew each time', async () => {
  registry.switches.redirectBlobs = true
  const storage = await startFaultProxy('unused')
  await storage.stop()
  expect(await read(proxy.host)).toEqual(bytes)
  const breaking = await listen((request, response) => {
    const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0)
    const body = bytes.subarray(from, from + 120_000)
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    })
    response.write(body, () => (from + body.length < bytes.length ? response.socket?.destroySoon() : response.end()))
  })
  proxy.rules.push({ path: /blobs/, fault: { kind: 'redirect', to: `${breaking.origin}/x` } })
  proxy.requests.length = 0
  expect(await read(proxy.host)).toEqual(bytes)
  expect(proxy.requests).toHaveLength(3)
  await breaking.stop()
})

test('a server without ranges starts again, and what is known is passed over', async () => {
  let asked = 0
  const front = await listen((_, response) => {
    asked += 1
    response.writeHead(200, { 'content-length': bytes.length })
    if (asked > 2) return void response.end(bytes)
    response.write(bytes.subarray(0, asked * 100_000), () => response.socket?.destroySoon())
  })
  expect(await read(front.host)).toEqual(bytes)
  expect(asked).toBe(3)
  await front.stop()
})

test('another range than the one asked for is not taken', async () => {
  let asked = 0
  const front = await listen((_, response) => {
    asked += 1
    if (asked > 1)
      return void response.writeHead(206, { 'content-range': `bytes 0-9/${bytes.length}` }).end(bytes.subarray(0, 10))
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, 100_000), () => response.socket?.destroySoon())
  })
  await expect(read(front.host)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' })
  await front.stop()
})

test('a signed link that has run out is asked for again', async () => {
  let asked = 0
  const storage = await listen((_, response) => {
    asked += 1
    if (asked === 1) return void response.writeHead(403).end('<Error>expired</Error>')
    response.end(bytes)
  })
  proxy.rules.push({ path: /blobs/, fault: { kind: 'redirect', to: `${storage.origin}/signed` } })
  expect(await read(proxy.host)).toEqual(bytes)
  expect(proxy.applied).toHaveLength(2)
  await storage.stop()
})

test('a body that never gets on is given up, however often it starts', async () => {
  proxy.rules.push({ path: /blobs/, after: 1, fault: { kind: 'reset', afterBytes: 10 } })
  await expect(read(proxy.host)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retry: true })
  expect(proxy.applied.length).toBeLessThanOrEqual(5)
})

test('a body that stops without ending is given up and taken up', async () => {
  proxy.rules.push({ path: /blobs/, after: 1, times: 1, fault: { kind: 'hang', afterBytes: 100_000 } })
  const client = testClient(proxy.host, { credentials, timeouts: { idleMs: 100 } })
  const found = await readVerified(client.repository('team/api').blob(blob, signal), blob, 1_000_000)
  expect(found).toEqual(bytes)
})

test('a body that ends early in good order is taken up too', async () => {
  proxy.rules.push({ path: /blobs/, after: 1, times: 1, fault: { kind: 'truncate', afterBytes: 100_000 } })
  expect(await read(proxy.host)).toEqual(bytes)
})

test('wrong bytes are BLOB_CORRUPT', async () => {
  proxy.rules.push({ path: /blobs/, fault: { kind: 'corrupt', atByte: 200_000 } })
  await expect(read(proxy.host)).rejects.toMatchObject({ code: 'BLOB_CORRUPT', retry: true })
})

test('more bytes than the descriptor says are never read', async () => {
  let sent = 0
  const front = await listen((request, response) => {
    response.writeHead(200)
    const more = () => {
      sent += 65_536
      if (!request.destroyed && !response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more))
    }
    more()
  })
  await expect(read(front.host)).rejects.toMatchObject({
    code: 'BLOB_CORRUPT',
    message: `blob ${blob.digest} has more than its 300000 bytes`,
  })
  await front.stop()
  expect(sent).toBeLessThan(20_000_000)
})

test('an empty blob is read as one', async () => {
  const empty = { mediaType: 'x', digest: digestOf(''), size: 0 }
  registry.blobs.set(empty.digest, Buffer.alloc(0))
  expect(await read(registry.host, empty)).toEqual(Buffer.alloc(0))
})

test('who stops reading gives the connection back', async () => {
  const client = testClient(registry.host, { credentials, concurrency: 1 })
  const repository = client.repository('team/api')
  for (let i = 0; i < 3; i += 1) {
    for await (const chunk of repository.blob(blob, signal)) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
  }
  await expect(repository.manifest('1.0', signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
})

test('an upload that breaks off begins anew', async () => {
  proxy.rules.push(
    { method: 'PUT', times: 1, fault: { kind: 'reset', afterBytes: 0 } },
    { method: 'POST', times: 1, fault: { kind: 'status', status: 503 } },
  )
  const other = Buffer.from('other')
  await testClient(proxy.host, { credentials }).repository('team/api').putBlob(digestOf(other), other, signal)
  expect(registry.blobs.get(digestOf(other))).toEqual(other)
})
