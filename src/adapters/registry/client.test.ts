import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../core/image/digest.ts'
import { mediaTypes } from '../../core/image/media-type.ts'
import { readVerified } from '../../core/image/verified.ts'
import { buildImage, buildIndex, pushImage } from '../../../test/support/build-image.ts'
import { listen } from '../../../test/support/listen.ts'
import { registryLogin, startRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import { staticCredentials } from './credentials.ts'

const signal = AbortSignal.timeout(20_000)
let registry: TestRegistry

beforeEach(async () => {
  registry = await startRegistry()
})
afterEach(() => registry.stop())

const image = await buildImage({
  layers: [{ entries: { 'etc/os-release': 'ID=test\n' } }, { entries: { a: 'b' }, compression: 'zstd' }],
})

test('what was pushed can be read again, by tag and by digest', async () => {
  const repository = testClient(registry.host).repository('team/api')
  await pushImage(repository, image, '1.0')
  const byTag = await repository.manifest('1.0', signal)
  expect(byTag).toEqual({ descriptor: image.descriptor, bytes: image.bytes })
  expect(await repository.manifest(image.descriptor.digest, signal)).toEqual(byTag)
  expect(await repository.headManifest('1.0', signal)).toEqual(image.descriptor)
  for (const { descriptor, bytes } of image.blobs) {
    expect(await readVerified(repository.blob(descriptor, signal), descriptor, 10_000)).toEqual(bytes)
  }
})

test('an index is pushed with its children and read with its platforms', async () => {
  const platform = { os: 'linux', architecture: 'arm64' }
  const index = buildIndex([{ image, platform }])
  const repository = testClient(registry.host).repository('team/api')
  await pushImage(repository, index, 'multi')
  expect((await repository.manifest('multi', signal)).descriptor).toEqual(index.descriptor)
  expect((await repository.manifest(image.descriptor.digest, signal)).bytes).toEqual(image.bytes)
})

test('blobs that are there are not sent again', async () => {
  const repository = testClient(registry.host).repository('team/api')
  await pushImage(repository, image, '1.0')
  await pushImage(repository, image, '1.1')
  expect(registry.requests.filter(({ method, url }) => method === 'POST' && url.includes('/uploads/'))).toHaveLength(
    image.blobs.length,
  )
})

test('asks for manifests of every kind, unzipped, under its own name', async () => {
  const repository = testClient(registry.host).repository('team/api')
  await repository.manifest('1.0', signal).catch(() => undefined)
  expect(registry.requests[0]?.headers).toMatchObject({
    'user-agent': 'tallyman/test',
    'accept-encoding': 'identity',
    accept: expect.stringContaining(`${mediaTypes.ociIndex}, ${mediaTypes.dockerIndex}, ${mediaTypes.ociManifest}`),
  })
})

test('says what is missing', async () => {
  const repository = testClient(registry.host).repository('team/api')
  const digest = digestOf('nothing')
  await expect(repository.manifest('1.0', signal)).rejects.toMatchObject({
    code: 'MANIFEST_UNKNOWN',
    message: `${registry.host} has no manifest team/api:1.0: MANIFEST_UNKNOWN manifest unknown`,
  })
  await expect(repository.headManifest(digest, signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  await expect(
    readVerified(repository.blob({ ...image.descriptor, digest }, signal), { digest, size: 1 }, 1),
  ).rejects.toMatchObject({
    code: 'BLOB_UNKNOWN',
  })
  expect(await repository.deleteManifest(digest, signal)).toBe('unknown')
})

test('a deleted manifest is gone, where deleting is allowed', async () => {
  const repository = testClient(registry.host).repository('team/api')
  await pushImage(repository, image, '1.0')
  registry.switches.deletes = false
  expect(await repository.deleteManifest(image.descriptor.digest, signal)).toBe('unsupported')
  registry.switches.deletes = true
  expect(await repository.deleteManifest(image.descriptor.digest, signal)).toBe('deleted')
  await expect(repository.manifest('1.0', signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
})

test('no name or tag can lead to another address', async () => {
  const client = testClient(registry.host)
  for (const name of ['../x', 'a/../../b', 'A', 'a?b', '']) {
    expect(() => client.repository(name)).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }))
  }
  for (const tag of ['../x', 'a/b', 'sha256:abc', '']) {
    await expect(client.repository('a').manifest(tag, signal)).rejects.toMatchObject({ code: 'REFERENCE_INVALID' })
  }
  expect(() => testClient('registry.example/path')).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }))
  expect(registry.requests).toEqual([])
})

test('Docker Hub is asked at its own endpoint', async () => {
  const client = testClient('docker.io', { plainHttp: false, retry: { attempts: 1 }, timeouts: { connectMs: 1 } })
  await expect(client.repository('library/alpine').manifest('1', signal)).rejects.toThrow(
    /^no answer from registry-1\.docker\.io: /,
  )
})

test('an upload goes where the registry says, but our credentials do not go along', async () => {
  const uploads: (string | undefined)[] = []
  const elsewhere = await listen((request, response) => {
    uploads.push(request.headers.authorization)
    response.writeHead(201).end()
  })
  const front = await listen((request, response) => {
    if (!request.headers.authorization)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    if (request.method === 'HEAD') return void response.writeHead(404).end()
    response.writeHead(202, { location: `${elsewhere.origin}/upload?signature=s` }).end()
  })
  const client = testClient(front.host, { credentials: staticCredentials(registryLogin) })
  await client.repository('team/api').putBlob(digestOf('x'), Buffer.from('x'), signal)
  expect(uploads).toEqual([undefined])
  await Promise.all([elsewhere.stop(), front.stop()])
})

test('ping tells each step of the way to a registry', async () => {
  registry.switches.auth = 'token'
  const steps = await testClient(registry.host, { credentials: staticCredentials(registryLogin) }).ping(signal)
  expect(steps).toEqual([
    { step: 'address', status: 'ok', detail: `http://${registry.host}` },
    { step: 'credentials', status: 'ok', detail: 'user robot from the configuration' },
    { step: 'access', status: 'ok', detail: `${registry.tokens.realm} gives tokens that the registry accepts` },
    { step: 'catalog', status: 'ok', detail: 'lists its repositories; there are none yet' },
  ])
})

test('ping stops where the way ends', async () => {
  registry.switches.auth = 'basic'
  const refused = await testClient(registry.host).ping(signal)
  expect(refused.map(({ step, status }) => `${step} ${status}`)).toEqual([
    'address ok',
    'credentials ok',
    'access failed',
    'catalog skipped',
  ])
  const nobody = await testClient('127.0.0.1:1', { retry: { attempts: 1 } }).ping(signal)
  expect(nobody).toMatchObject([
    { step: 'address', status: 'failed', detail: 'no answer from 127.0.0.1:1: ECONNREFUSED' },
  ])
  const notTls = await testClient(registry.host, { plainHttp: false }).ping(signal)
  expect(notTls[0]?.detail).toContain('if it is a plain-HTTP registry, declare it so (plainHttp: true)')
})
