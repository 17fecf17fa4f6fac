import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage, buildIndex, pushImage, type Built, type BuiltImage } from './support/build-image.ts'
import { startDockerRegistry } from './support/docker-registry.ts'
import { eventually, startHouse, type House } from './support/house.ts'
import { bundleOf, bundleReferrer, cosignManifest, cosignSignature, keyPair } from './support/signatures.ts'
import type { Digest } from '../src/core/image/digest.ts'
import type { IndexReport, Report } from '../src/core/report/report.ts'
import { signatureTag } from '../src/core/signature/artifacts.ts'

/** Signatures in the real registry program, whose own notifications tell of them. */

const [release, stranger] = [keyPair(), keyPair()]
const policy = {
  apiVersion: 'tallyman.dev/v1',
  kind: 'Policy',
  metadata: { name: 'signed' },
  spec: {
    incomplete: 'ignore',
    provenance: [{ name: 'signed', signedBy: ['release'], action: 'fail' }],
  },
}

let directory: string
let policyFile: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-signatures-'))
  policyFile = join(directory, 'policy.yaml')
  await writeFile(policyFile, JSON.stringify(policy))
})
afterAll(() => rm(directory, { recursive: true }))

const withKeys = () => ({
  policy: { file: policyFile },
  signatures: { keys: { release: { key: release.publicKey } } },
})
const imageWith = (text: string, architecture = 'amd64'): Promise<BuiltImage> =>
  buildImage({ platform: { os: 'linux', architecture }, layers: [{ entries: { 'etc/text': text } }] })

interface VerdictAnswer {
  readonly outcome?: string
  readonly images?: readonly { readonly verdict: { readonly reasons: readonly { readonly message: string }[] } }[]
}

function verdict(house: House, reference: string, outcome?: string): Promise<VerdictAnswer> {
  return eventually(
    async () => (await house.get<VerdictAnswer>(`/api/v1/verdict?image=${house.registry.host}/${reference}`)).body,
    (seen) => seen.outcome !== undefined && (outcome === undefined || seen.outcome === outcome),
  )
}

const messages = ({ images = [] }: VerdictAnswer) =>
  images.flatMap(({ verdict: { reasons } }) => reasons.map(({ message }) => message))
const signedBy = async (house: House, digest: Digest) =>
  (await house.get<Report>(`/api/v1/images/${digest}/report`)).body.image.signatures

describe('a policy that asks for a signature', () => {
  let house: House
  beforeAll(async () => {
    house = await startHouse({ feed: {}, config: withKeys() })
  })
  afterAll(() => house.stop())

  const sign = ({ descriptor: { digest } }: Built, key = release) =>
    pushImage(house.client.repository('team/api'), cosignSignature(digest, key), signatureTag(digest))

  test('lets an image pass that is signed when it is scanned', async () => {
    const image = await imageWith('signed before')
    await sign(image)
    await pushImage(house.client.repository('team/api'), image, 'before')
    expect(await verdict(house, 'team/api:before')).toMatchObject({ outcome: 'pass' })
    expect(await signedBy(house, image.descriptor.digest)).toEqual(['release'])
  })

  test('fails one that is not, until its signature comes', async () => {
    const image = await imageWith('signed later')
    await pushImage(house.client.repository('team/api'), image, 'later')
    expect(messages(await verdict(house, 'team/api:later', 'fail'))).toEqual(['signed by none of release'])
    expect(await signedBy(house, image.descriptor.digest)).toEqual([])
    await sign(image)
    expect(await verdict(house, 'team/api:later', 'pass')).toMatchObject({ outcome: 'pass' })
    expect(await signedBy(house, image.descriptor.digest)).toEqual(['release'])
    const { body } = await house.get<{ items: { digest: string; cause: string; after: { outcome: string } }[] }>(
      '/api/v1/changes?since=2020-01-01T00:00:00Z&outcome=pass',
    )
    expect(body.items.filter(({ digest }) => digest === image.descriptor.digest)).toMatchObject([
      { cause: 'signatures changed' },
    ])
  })

  test('takes a bundle too, that is pushed by digest as a referrer', async () => {
    const repository = house.client.repository('team/api')
    const image = await imageWith('signed by a bundle')
    await pushImage(repository, image, 'bundle')
    await verdict(house, 'team/api:bundle', 'fail')
    const { digest: subject } = image.descriptor
    const { blobs, bytes } = bundleReferrer(image.descriptor, bundleOf(subject, release))
    const signal = AbortSignal.timeout(10_000)
    for (const blob of blobs) await repository.putBlob(blob.descriptor.digest, blob.bytes, signal)
    await repository.attach({ bytes, subject }, signal)
    expect(await verdict(house, 'team/api:bundle', 'pass')).toMatchObject({ outcome: 'pass' })
  })

  test('takes no harm from the signature of an image that is not there', async () => {
    const repository = house.client.repository('team/elsewhere')
    const [missing, image] = [await imageWith('missing'), await imageWith('there')]
    const { blobs, bytes } = bundleReferrer(missing.descriptor, bundleOf(missing.descriptor.digest, release))
    const signal = AbortSignal.timeout(10_000)
    for (const blob of blobs) await repository.putBlob(blob.descriptor.digest, blob.bytes, signal)
    await repository.attach({ bytes, subject: missing.descriptor.digest }, signal)
    await pushImage(
      repository,
      cosignSignature(missing.descriptor.digest, release),
      signatureTag(missing.descriptor.digest),
    )
    await pushImage(repository, image, '1')
    await verdict(house, 'team/elsewhere:1', 'fail')
    const { body } = await eventually(
      () => house.get<{ depth: { waiting: number; leased: number }[]; items: unknown[] }>('/api/v1/jobs'),
      (seen) => seen.body.depth.every(({ waiting, leased }) => waiting + leased === 0),
    )
    expect(body.items).toEqual([])
  })

  test('takes the signature of an index for all its platforms', async () => {
    const platforms = ['amd64', 'arm64']
    const children = await Promise.all(
      platforms.map(async (architecture) => ({
        image: await imageWith('platform', architecture),
        platform: { os: 'linux', architecture },
      })),
    )
    const index = buildIndex(children)
    await pushImage(house.client.repository('team/api'), index, 'index')
    await verdict(house, 'team/api:index', 'fail')
    await sign(index)
    expect(await verdict(house, 'team/api:index', 'pass')).toMatchObject({ outcome: 'pass' })
    const { images } = (await house.get<IndexReport>(`/api/v1/images/${index.descriptor.digest}/report`)).body
    expect(images.map(({ image }) => [image.platform, image.signatures])).toEqual([
      ['linux/amd64', ['release']],
      ['linux/arm64', ['release']],
    ])
  })

  test('is not satisfied by somebody else’s signature, nor by one of another image or that nobody understands', async () => {
    const [mine, other] = [await imageWith('mine'), await imageWith('other')]
    const repository = house.client.repository('team/api')
    await sign(mine, stranger)
    await pushImage(repository, mine, 'mine')
    expect(messages(await verdict(house, 'team/api:mine', 'fail'))).toEqual(['signed by none of release'])

    const ofMine = cosignSignature(mine.descriptor.digest, release)
    await pushImage(repository, ofMine, signatureTag(other.descriptor.digest))
    await pushImage(repository, other, 'other')
    expect(messages(await verdict(house, 'team/api:other', 'fail'))).toEqual([
      expect.stringMatching(
        /^signed by none of release, as far as could be told: .* it is the signature of another image$/,
      ),
    ])
    const [check] = (await house.get<Report>(`/api/v1/images/${other.descriptor.digest}/report`)).body.checks.filter(
      ({ id }) => id === 'CIS-DI-0005',
    )
    expect(check).toMatchObject({
      status: 'fail',
      evidence: ['no signature verifies with a configured key', expect.stringContaining('of another image')],
    })

    const odd = await imageWith('odd')
    await pushImage(repository, cosignManifest([]), signatureTag(odd.descriptor.digest))
    await pushImage(repository, odd, 'odd')
    expect(messages(await verdict(house, 'team/api:odd', 'fail'))).toEqual([
      expect.stringMatching(/there is no signature in it$/),
    ])
  })
})

test('images that are known when keys are configured are looked at with them, and again without', async () => {
  const registry = await startDockerRegistry()
  const storeUrl = join(directory, 'store.db')
  const against = { host: registry.host, stop: async () => {} }
  const startWith = (config: object) => startHouse({ feed: {}, storeUrl, against, config: { ...config } })
  const policyAlone = { policy: { file: policyFile } }

  let house = await startWith(policyAlone)
  const image = await imageWith('stored')
  const repository = house.client.repository('team/api')
  await pushImage(repository, image, '1')
  const { digest } = image.descriptor
  await pushImage(repository, cosignSignature(digest, release), signatureTag(digest))
  expect((await house.post('/api/v1/scans', { image: `${registry.host}/team/api:1` })).status).toBe(202)
  expect(messages(await verdict(house, 'team/api:1', 'inconclusive'))).toEqual([
    'nobody looked for signatures: no keys are configured, or it is not in a registry',
  ])
  expect(await signedBy(house, digest)).toBeNull()
  await house.stop()

  house = await startWith(withKeys())
  expect(await verdict(house, 'team/api:1', 'pass')).toMatchObject({ outcome: 'pass' })
  expect(await signedBy(house, digest)).toEqual(['release'])
  await house.stop()

  house = await startWith(policyAlone)
  expect(await verdict(house, 'team/api:1', 'inconclusive')).toMatchObject({ outcome: 'inconclusive' })
  await house.stop()
  await registry.stop()
})
