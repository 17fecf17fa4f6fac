import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildArtifact, buildImage, buildIndex, pushImage, type Built } from '../../test/support/build-image.ts'
import { testClient } from '../../test/support/registry-client.ts'
import { startRegistry, type TestRegistry } from '../../test/support/registry.ts'
import {
  bundleOf,
  bundleReferrer,
  cosignManifest,
  cosignSignature,
  keyPair,
  payloadOf,
  signatureOf,
} from '../../test/support/signatures.ts'
import type { LookedSignatures } from '../adapters/store/records.ts'
import type { RegistryClient, Repository } from '../adapters/registry/client.ts'
import type { Digest } from '../core/image/digest.ts'
import { mediaTypes } from '../core/image/media-type.ts'
import { signatureTag } from '../core/signature/artifacts.ts'
import { trustedKey } from '../core/signature/trusted-key.ts'
import { lookForSignatures } from './look-for-signatures.ts'

const [release, ci] = [keyPair(), keyPair('ed25519')]
const keys = [trustedKey('release', release.publicKey), trustedKey('ci', ci.publicKey)]
const signal = AbortSignal.timeout(60_000)

let registry: TestRegistry
let client: RegistryClient
let repository: Repository
let image: Built
let count = 0

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  count += 1
  registry.switches.referrers = true
  // A client remembers what its registry has.
  client = testClient(registry.host)
  repository = client.repository(`team/app${count}`)
  image = await buildImage({ layers: [{ entries: { 'etc/number': `${count}` } }] })
  await pushImage(repository, image, '1')
})

afterEach(() => client.close())

/** What is stored of the image, and whether it is said to be new. */
async function found(root: Digest = image.descriptor.digest, trusted = keys) {
  const saved: (LookedSignatures | null)[] = []
  const images = {
    async saveSignatures(_: Digest, looked: LookedSignatures | null) {
      saved.push(looked)
      return true
    },
  }
  const deps = { store: { images }, keys: trusted }
  await lookForSignatures(image.descriptor.digest, root, repository, deps, signal)
  expect(saved).toHaveLength(1)
  return saved[0] && { by: saved[0].by.toSorted(), problems: saved[0].problems }
}

const tag = () => signatureTag(image.descriptor.digest)
const attach = (referrer: Built) => {
  const subject = image.descriptor.digest
  return pushImage(
    { ...repository, putManifest: (_digest, _type, bytes) => repository.attach({ bytes, subject }, signal) },
    referrer,
  )
}

describe('a signature counts', () => {
  test('under the tag where cosign keeps it', async () => {
    expect(await found()).toEqual({ by: [], problems: [] })
    await pushImage(repository, cosignSignature(image.descriptor.digest, release), tag())
    expect(await found()).toEqual({ by: ['release'], problems: [] })
  })

  test.each([true, false])('as a referrer, where the registry lists them: %s', async (referrers) => {
    registry.switches.referrers = referrers
    await attach(bundleReferrer(image.descriptor, bundleOf(image.descriptor.digest, release)))
    expect(await found()).toEqual({ by: ['release'], problems: [] })
  })

  test('as a referrer that cosign has listed itself, under the type of its empty config', async () => {
    registry.switches.referrers = false
    const { descriptor, bytes, blobs } = bundleReferrer(image.descriptor, bundleOf(image.descriptor.digest, release))
    await pushImage(repository, { descriptor, bytes, blobs, children: [] })
    const listed = { ...descriptor, artifactType: 'application/vnd.oci.empty.v1+json' }
    const list = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [listed] }
    const name = image.descriptor.digest.replace(':', '-')
    await repository.putManifest(name, mediaTypes.ociIndex, Buffer.from(JSON.stringify(list)), signal)
    expect(await found()).toEqual({ by: ['release'], problems: [] })
  })

  test('among others, of which each is looked at', async () => {
    const payload = payloadOf(image.descriptor.digest)
    const signatures = [keyPair(), keyPair(), release].map((key) => ({ payload, signature: signatureOf(payload, key) }))
    await pushImage(repository, cosignManifest(signatures), tag())
    await attach(bundleReferrer(image.descriptor, bundleOf(image.descriptor.digest, keyPair())))
    await attach(bundleReferrer(image.descriptor, bundleOf(image.descriptor.digest, ci)))
    registry.requests.length = 0
    expect(await found()).toEqual({ by: ['ci', 'release'], problems: [] })
    expect(registry.requests.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(3)
  })

  test('where it is one of the index that the image is in', async () => {
    const index = buildIndex([{ image, platform: { os: 'linux', architecture: 'amd64' } }])
    await pushImage(repository, index, '2')
    await pushImage(
      repository,
      cosignSignature(index.descriptor.digest, release),
      signatureTag(index.descriptor.digest),
    )
    expect(await found()).toEqual({ by: [], problems: [] })
    expect(await found(index.descriptor.digest)).toEqual({ by: ['release'], problems: [] })
  })
})

test('one of another image does not count, though it lies where this one’s would', async () => {
  const other = await buildImage({ layers: [{ entries: { 'etc/other': '1' } }] })
  await pushImage(repository, cosignSignature(other.descriptor.digest, release), tag())
  await attach(bundleReferrer(image.descriptor, bundleOf(other.descriptor.digest, ci)))
  expect(await found()).toEqual({
    by: [],
    problems: [
      `${tag()}: it is the signature of another image`,
      expect.stringMatching(/^sha256:[0-9a-f]{64}: it is the signature of another image$/),
    ],
  })
})

describe('what is not understood is said, and hides nothing', () => {
  const bundle = () => bundleOf(image.descriptor.digest, release)

  test.each<[string, () => Built, string]>([
    ['an index under the tag', () => buildIndex([]), 'there is no signature in it'],
    [
      'an artifact without a signature',
      () => buildArtifact({ configType: 'text/plain' }),
      'there is no signature in it',
    ],
    [
      'a layer without its annotation',
      () => cosignManifest([{ payload: payloadOf(image.descriptor.digest) }]),
      'no annotation',
    ],
    [
      'a payload beyond the limit',
      () => cosignManifest([{ payload: Buffer.alloc(100_000), signature: 'AAAA' }]),
      'more than the limit of 65536',
    ],
  ])('%s', async (_, built, problem) => {
    await pushImage(repository, built(), tag())
    await attach(bundleReferrer(image.descriptor, bundle()))
    expect(await found()).toEqual({ by: ['release'], problems: [expect.stringContaining(problem)] })
  })

  test.each<[string, () => Built, string]>([
    [
      'a signature of notation',
      () => buildArtifact({ artifactType: 'application/vnd.cncf.notary.signature', subject: image.descriptor }),
      'notation',
    ],
    [
      'a bundle of several parts',
      () => buildArtifact({ artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json', subject: image.descriptor }),
      'it is not one',
    ],
    [
      'a large bundle',
      () => bundleReferrer(image.descriptor, Buffer.alloc(2_000_000)),
      'more than the limit of 1048576',
    ],
    ['a bundle that is none', () => bundleReferrer(image.descriptor, Buffer.from('{}')), 'it is not a bundle'],
  ])('%s', async (_, built, problem) => {
    await attach(built())
    await attach(bundleReferrer(image.descriptor, bundle()))
    expect(await found()).toEqual({ by: ['release'], problems: [expect.stringContaining(problem)] })
  })

  test('one bad signature among good ones under the tag', async () => {
    const payload = payloadOf(image.descriptor.digest)
    const large = { payload: Buffer.alloc(100_000), signature: 'AAAA' }
    await pushImage(repository, cosignManifest([large, { payload, signature: signatureOf(payload, release) }]), tag())
    expect(await found()).toEqual({ by: ['release'], problems: [expect.stringContaining('more than the limit')] })
  })

  test('a payload that the registry has lost', async () => {
    const built = cosignSignature(image.descriptor.digest, release)
    await pushImage(repository, built, tag())
    registry.blobs.delete(built.blobs[1]!.descriptor.digest)
    expect(await found()).toEqual({ by: [], problems: [expect.stringContaining('has no blob')] })
  })

  test('more signatures than anybody needs', async () => {
    const payload = payloadOf(image.descriptor.digest)
    const signature = signatureOf(payload, keyPair())
    await pushImage(repository, cosignManifest(Array.from({ length: 300 }, () => ({ payload, signature }))), tag())
    expect(await found()).toEqual({
      by: [],
      problems: [expect.stringContaining('after 200 signatures the others were not looked at')],
    })
  })
})

test('other statements about an image, and our reports, are no signatures and are not pulled', async () => {
  const predicate = { 'dev.sigstore.bundle.predicateType': 'https://slsa.dev/provenance/v1' }
  const statement = bundleReferrer(image.descriptor, Buffer.alloc(2_000_000), predicate)
  await attach(statement)
  await attach(buildArtifact({ artifactType: 'application/vnd.tallyman.report.v1', subject: image.descriptor }))
  registry.requests.length = 0
  expect(await found()).toEqual({ by: [], problems: [] })
  expect(registry.requests.filter(({ url }) => url.includes('/blobs/'))).toEqual([])
})

test('bytes that are not what their digest says are not looked at: the job is tried again', async () => {
  const built = cosignSignature(image.descriptor.digest, release)
  await pushImage(repository, built, tag())
  const [, layer] = built.blobs
  registry.blobs.set(layer!.descriptor.digest, Buffer.from(layer!.bytes.toString().replace('team/api', 'team/bad')))
  await expect(found()).rejects.toMatchObject({ code: 'BLOB_CORRUPT', retry: true })
})

test('without keys nobody looks, and what was known is forgotten', async () => {
  registry.requests.length = 0
  expect(await found(undefined, [])).toBeNull()
  expect(registry.requests).toEqual([])
})
