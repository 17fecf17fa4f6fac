import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Digest } from '../../core/image/digest.ts'
import { mediaTypes } from '../../core/image/media-type.ts'
import { buildArtifact, buildImage, pushImage } from '../../../test/support/build-image.ts'
import type { Built } from '../../../test/support/build-image.ts'
import { startFaultProxy } from '../../../test/support/fault-proxy.ts'
import { startRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import type { Repository } from './repository.ts'

const signal = AbortSignal.timeout(20_000)
const image = await buildImage({ layers: [{ entries: { a: 'b' } }] })
const subject = image.descriptor.digest
const tag = subject.replace(':', '-')
let registry: TestRegistry
let repository: Repository

beforeEach(async () => {
  registry = await startRegistry()
  repository = testClient(registry.host).repository('team/api')
  await pushImage(repository, image, '1.0')
})
afterEach(() => registry.stop())

function report(text: string, artifactType = 'application/vnd.test.report'): Built {
  const payload = { mediaType: 'text/plain', content: text }
  return buildArtifact({ artifactType, payload, subject: image.descriptor, annotations: { 'test.text': text } })
}

async function attach(artifact: Built, to: Repository = repository): Promise<void> {
  for (const { descriptor, bytes } of artifact.blobs) await to.putBlob(descriptor.digest, bytes, signal)
  await to.attach({ bytes: artifact.bytes, subject }, signal)
}

async function sortedTexts(): Promise<string[]> {
  return (await texts()).map(String).sort((a, b) => (a < b ? -1 : 1))
}

async function texts(artifactType?: string): Promise<(string | undefined)[]> {
  return (await repository.referrers(subject, artifactType, signal)).map(
    ({ annotations }) => annotations?.['test.text'],
  )
}

describe.each([
  ['with the referrers API', true],
  ['without it', false],
])('a registry %s', (_, api) => {
  beforeEach(() => {
    registry.switches.referrers = api
  })

  test('lists nothing for an image that nothing refers to', async () => {
    expect(await repository.referrers(subject, undefined, signal)).toEqual([])
  })

  test('lists what was attached, with its type and annotations', async () => {
    const artifact = report('one')
    await attach(artifact)
    expect(await repository.referrers(subject, undefined, signal)).toEqual([
      { ...artifact.descriptor, artifactType: 'application/vnd.test.report', annotations: { 'test.text': 'one' } },
    ])
  })

  test('attaching twice is attaching once', async () => {
    await attach(report('one'))
    await attach(report('one'))
    expect(await texts()).toEqual(['one'])
  })

  test('lists by type', async () => {
    await attach(report('one'))
    await attach(report('sbom', 'application/vnd.test.sbom'))
    expect(await texts('application/vnd.test.sbom')).toEqual(['sbom'])
    expect(await texts('application/vnd.test.none')).toEqual([])
  })

  test('a predecessor is removed, and removing it again does no harm', async () => {
    await attach(report('one'))
    await attach(report('two'))
    const former = report('one').descriptor.digest
    expect(await repository.removeReferrer(subject, former, signal)).toBe('removed')
    expect(await texts()).toEqual(['two'])
    expect(await repository.removeReferrer(subject, former, signal)).toBe('removed')
    await expect(repository.manifest(former, signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  })

  test('where nobody may delete, a predecessor is kept, and said to be', async () => {
    await attach(report('one'))
    await attach(report('two'))
    registry.switches.deletes = false
    expect(await repository.removeReferrer(subject, report('one').descriptor.digest, signal)).toBe('kept')
    expect(await sortedTexts()).toEqual(api ? ['one', 'two'] : ['two'])
  })

  test('what many attach at once is all listed', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const others = names.map(() => testClient(registry.host).repository('team/api'))
    await Promise.all(names.map((name, index) => attach(report(name), others[index])))
    expect(await sortedTexts()).toEqual(names)
  })
})

test('with the API, no tag is written', async () => {
  await attach(report('one'))
  expect(await Array.fromAsync(repository.tags(signal))).toEqual(['1.0'])
})

test('pages of referrers are put together', async () => {
  registry.switches.pageSize = 2
  for (const name of ['a', 'b', 'c', 'd', 'e']) await attach(report(name))
  expect(await sortedTexts()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a registry without the API is not asked for it again', async () => {
  registry.switches.referrers = false
  for (let i = 0; i < 3; i += 1) await repository.referrers(subject, undefined, signal)
  expect(registry.requests.filter(({ url }) => url.includes('/referrers/'))).toHaveLength(1)
})

test.each([
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
  { status: 400 },
  { status: 405 },
  { status: 501 },
])('an answer of $status that is no index means that there is no such API', async (answer) => {
  const proxy = await startFaultProxy(registry.host, [{ path: /referrers/, fault: { kind: 'status', ...answer } }])
  expect(await testClient(proxy.host).repository('team/api').referrers(subject, undefined, signal)).toEqual([])
  await proxy.stop()
})

test('a refusal is not taken for a missing API', async () => {
  const proxy = await startFaultProxy(registry.host, [{ path: /referrers/, fault: { kind: 'status', status: 403 } }])
  await expect(
    testClient(proxy.host).repository('team/api').referrers(subject, undefined, signal),
  ).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
  })
  await proxy.stop()
})

test('a tag that holds something else than an index is left alone', async () => {
  registry.switches.referrers = false
  await pushImage(repository, image, tag)
  await expect(attach(report('one'))).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' })
  expect((await repository.manifest(tag, signal)).bytes).toEqual(image.bytes)
})

test('entries of other tools in the tag survive', async () => {
  registry.switches.referrers = false
  const strange: Digest = `sha256:${'f'.repeat(64)}`
  const foreign = {
    mediaType: mediaTypes.ociManifest,
    digest: strange,
    size: 7,
    artifactType: 'other/tool',
  }
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [foreign] }))
  await repository.putManifest(tag, mediaTypes.ociIndex, index, signal)
  await attach(report('one'))
  await repository.removeReferrer(subject, report('one').descriptor.digest, signal)
  expect(await repository.referrers(subject, undefined, signal)).toEqual([foreign])
})

test('when another writer replaces the tag in between, the own entry is written again', async () => {
  registry.switches.referrers = false
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] }))
  const proxy = await startFaultProxy(registry.host)
  proxy.rules.push({ method: 'PUT', path: new RegExp(tag), times: 1, fault: { kind: 'delay', ms: 100 } })
  const slow = testClient(proxy.host).repository('team/api')
  await repository.putManifest(tag, mediaTypes.ociIndex, index, signal)
  const attaching = attach(report('one'), slow)
  await expect.poll(() => proxy.applied.length).toBe(1)
  await attach(report('two'))
  await attaching
  expect(await sortedTexts()).toEqual(['one', 'two'])
  await proxy.stop()
})

test('only an artifact about the subject can be attached', async () => {
  await expect(repository.attach({ bytes: image.bytes, subject }, signal)).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
  })
  const other: Digest = `sha256:${'0'.repeat(64)}`
  await expect(repository.attach({ bytes: report('one').bytes, subject: other }, signal)).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
  })
})
