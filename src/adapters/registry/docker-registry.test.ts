import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf } from '../../core/image/digest.ts'
import { readVerified } from '../../core/image/verified.ts'
import { buildArtifact, buildImage, buildIndex, pushImage } from '../../../test/support/build-image.ts'
import { dockerRegistryLogin, startDockerRegistry } from '../../../test/support/docker-registry.ts'
import type { DockerRegistry } from '../../../test/support/docker-registry.ts'
import { startFaultProxy } from '../../../test/support/fault-proxy.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import type { RegistryClient } from './client.ts'
import { staticCredentials } from './credentials.ts'

/** The real docker-registry, which has no referrers API. */
const signal = AbortSignal.timeout(60_000)
const credentials = staticCredentials(dockerRegistryLogin)
const image = await buildImage({
  layers: [
    { entries: { 'etc/os-release': 'ID=test\n' } },
    { entries: { 'a/b': 'c'.repeat(200_000) }, compression: 'none' },
  ],
})
const docker = await buildImage({ layers: [{ entries: { 'etc/os-release': 'ID=test\n' } }], docker: true })
let registry: DockerRegistry
let client: RegistryClient

beforeAll(async () => {
  registry = await startDockerRegistry({ basicAuth: true })
  client = testClient(registry.host, { credentials })
})
afterAll(() => registry.stop())

test('OCI and Docker images and an index come back as they were pushed', async () => {
  const repository = client.repository('team/api')
  const index = buildIndex([{ image, platform: { os: 'linux', architecture: 'amd64' } }])
  for (const [tag, pushed] of Object.entries({ oci: image, docker, multi: index })) {
    await pushImage(repository, pushed, tag)
    expect(await repository.manifest(tag, signal)).toEqual({ descriptor: pushed.descriptor, bytes: pushed.bytes })
    expect(await repository.headManifest(tag, signal)).toEqual(pushed.descriptor)
    for (const { descriptor, bytes } of pushed.blobs) {
      expect(await readVerified(repository.blob(descriptor, signal), descriptor, 1_000_000)).toEqual(bytes)
    }
  }
  expect(await Array.fromAsync(repository.tags(signal))).toEqual(expect.arrayContaining(['docker', 'multi', 'oci']))
})

test('a blob that breaks off is taken up by range', async () => {
  const repository = client.repository('team/api')
  await pushImage(repository, image, 'oci')
  const { descriptor, bytes } = image.layers[1]!
  const proxy = await startFaultProxy(registry.host, [
    { path: /blobs/, after: 1, times: 2, fault: { kind: 'reset', afterBytes: 70_000 } },
  ])
  const through = testClient(proxy.host, { credentials }).repository('team/api')
  expect(await readVerified(through.blob(descriptor, signal), descriptor, 1_000_000)).toEqual(bytes)
  await proxy.stop()
})

test('referrers are kept under the tag of the subject, and superseded ones are removed', async () => {
  const repository = client.repository('team/referred')
  await pushImage(repository, image, '1.0')
  const subject = image.descriptor.digest
  const [first, second] = ['one', 'two'].map((text) =>
    buildArtifact({
      artifactType: 'application/vnd.test',
      payload: { mediaType: 'text/plain', content: text },
      subject: image.descriptor,
      annotations: { text },
    }),
  )
  for (const artifact of [first!, second!]) {
    for (const { descriptor, bytes } of artifact.blobs) await repository.putBlob(descriptor.digest, bytes, signal)
    await repository.attach({ bytes: artifact.bytes, subject }, signal)
  }
  expect(await Array.fromAsync(repository.tags(signal))).toContain(subject.replace(':', '-'))
  expect(await repository.removeReferrer(subject, first!.descriptor.digest, signal)).toBe('removed')
  expect(await repository.referrers(subject, 'application/vnd.test', signal)).toEqual([
    { ...second!.descriptor, artifactType: 'application/vnd.test', annotations: { text: 'two' } },
  ])
})

test('the catalog is given page by page', async () => {
  for (const name of ['catalog/a', 'catalog/b', 'catalog/c']) await pushImage(client.repository(name), docker, '1')
  const names = await Array.fromAsync(client.catalog(signal))
  expect(names.filter((name) => name.startsWith('catalog/'))).toEqual(['catalog/a', 'catalog/b', 'catalog/c'])
})

test('what is not there is said to be so', async () => {
  const repository = client.repository('team/nothing')
  await expect(repository.manifest('1', signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  await expect(repository.headManifest('1', signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  const nothing = { mediaType: 'x', digest: digestOf('x'), size: 1 }
  await expect(readVerified(repository.blob(nothing, signal), nothing, 1)).rejects.toMatchObject({
    code: 'BLOB_UNKNOWN',
  })
  expect(await Array.fromAsync(repository.tags(signal))).toEqual([])
})

test('no credentials, and wrong ones, are refused with what to do', async () => {
  const wrong = staticCredentials({ username: 'tester', password: 'wrong' })
  await expect(testClient(registry.host).repository('a').manifest('1', signal)).rejects.toThrow(
    /there are none; configure username/,
  )
  await expect(testClient(registry.host, { credentials: wrong }).repository('a').manifest('1', signal)).rejects.toThrow(
    `${registry.host} does not let user tester from the configuration do this (repository:a:pull); check that it may`,
  )
})
