import { afterEach, expect, test } from 'vitest'
import { buildArtifact, buildImage, buildIndex, pushImage, type BuiltImage } from './support/build-image.ts'
import type { FaultRule } from './support/fault-proxy.ts'
import { eventually, startHouse, type House } from './support/house.ts'
import { startLocalScans } from './support/local-scans.ts'
import { registryLogin, startRegistry } from './support/registry.ts'
import { createRegistryClient } from '../src/adapters/registry/client.ts'
import { staticCredentials } from '../src/adapters/registry/credentials.ts'
import { reportArtifactType } from '../src/core/report/referrer.ts'

/** Between the registry program and tallyman the network does what networks do; the verdict comes all the same, or says why not. */

let house: House | undefined
afterEach(async () => {
  await house?.stop()
  house = undefined
})

const image = (): Promise<BuiltImage> =>
  buildImage({
    layers: [
      {
        entries: {
          'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
          'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n',
        },
      },
      {
        entries: {
          'app/node_modules/left-pad/package.json': '{"name":"left-pad","version":"1.0.0"}',
          'app/blob': Buffer.alloc(300_000, 7),
        },
        compression: 'none',
      },
    ],
  })

const feed = {
  'Debian/DEBIAN-CVE-2099-0001.json': {
    id: 'DEBIAN-CVE-2099-0001',
    modified: '2024-01-01T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'Debian:12', name: 'other' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
      },
    ],
  },
  'npm/CVE-2099-0002.json': {
    id: 'CVE-2099-0002',
    modified: '2024-01-01T00:00:00Z',
    affected: [
      { package: { ecosystem: 'npm', name: 'other' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] },
    ],
  },
}

/** Pushes an image while the faults are on; the answer of the gate, or the dead job. */
async function pushThrough(faults: readonly FaultRule[], config: Record<string, unknown> = {}) {
  house = await startHouse({ feed, faults, config })
  const { client, get, host, proxy } = house
  await pushImage(client.repository('team/api'), await image(), '1.0')
  interface Answer {
    readonly outcome?: string
    readonly dead?: string
  }
  const answer = await eventually<Answer>(
    async () => {
      const verdict = await get<{ outcome?: string }>(`/api/v1/verdict?image=${host}/team/api:1.0`)
      if (verdict.body.outcome) return { outcome: verdict.body.outcome }
      const jobs = await get<{ items: { error: string }[] }>('/api/v1/jobs?state=dead')
      const [dead] = jobs.body.items
      return dead ? { dead: dead.error } : {}
    },
    (seen) => seen.outcome !== undefined || seen.dead !== undefined,
  )
  return { answer, applied: proxy?.applied ?? [] }
}

const blobs = /\/blobs\/sha256/

test.each<[string, FaultRule]>([
  [
    'asks to slow down',
    {
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      path: /manifests/,
      method: 'GET',
      times: 1,
    },
  ],
  ['answers 503 twice', { fault: { kind: 'status', status: 503 }, path: blobs, method: 'GET', times: 2 }],
  [
    'resets the connection in the middle of a layer',
    { fault: { kind: 'reset', afterBytes: 100_000 }, path: blobs, method: 'GET', times: 1, after: 2 },
  ],
  ['ends a layer early', { fault: { kind: 'truncate', afterBytes: 50 }, path: blobs, method: 'GET', times: 1 }],
  ['is slow', { fault: { kind: 'slow', bytes: 65_536, pauseMs: 100 }, path: blobs, method: 'GET' }],
])('a registry that %s still gets its verdict', async (_, rule) => {
  const { answer, applied } = await pushThrough([rule])
  expect(answer).toEqual({ outcome: 'pass' })
  expect(applied.length).toBeGreaterThan(0)
})

test('a layer whose bytes are not what its digest says gives no verdict: the job ends dead and says so', async () => {
  const corrupt: FaultRule = { fault: { kind: 'corrupt', atByte: 40 }, path: blobs, method: 'GET' }
  const { answer } = await pushThrough([corrupt], { queue: { maxAttempts: 1 } })
  expect(answer.dead).toMatch(/^BLOB_CORRUPT: /)
})

test('a dead job that is replayed when the fault is gone gets its verdict', async () => {
  await pushThrough([{ fault: { kind: 'corrupt', atByte: 40 }, path: blobs, method: 'GET' }], {
    queue: { maxAttempts: 1 },
  })
  house?.proxy?.rules.splice(0)
  expect(await house?.post('/api/v1/jobs/replay', { ids: 'all' })).toEqual({ status: 200, body: { replayed: 1 } })
  const verdict = await eventually(
    () => house!.get<{ outcome?: string }>(`/api/v1/verdict?image=${house!.host}/team/api:1.0`),
    ({ body }) => body.outcome !== undefined,
  )
  expect(verdict.body.outcome).toBe('pass')
})

test('a registry with tokens, redirected blobs and the referrers API is read and written with credentials that stay with it', async () => {
  const registry = await startRegistry({ auth: 'token', redirectBlobs: true, referrers: true })
  house = await startHouse({ feed, against: registry, registry: registryLogin })
  const client = createRegistryClient({
    host: registry.host,
    plainHttp: true,
    credentials: staticCredentials(registryLogin),
  })
  const built = await image()
  await pushImage(client.repository('team/api'), built, '1.0')

  const asked = await house.post('/api/v1/scans', { image: `${registry.host}/team/api:1.0` })
  expect(asked.status).toBe(202)
  const verdict = await eventually(
    () => house!.get<{ outcome?: string }>(`/api/v1/verdict?image=${registry.host}/team/api:1.0`),
    ({ body }) => body.outcome !== undefined,
  )
  expect(verdict.body.outcome).toBe('pass')
  const referrers = await eventually(
    () =>
      client.repository('team/api').referrers(built.descriptor.digest, reportArtifactType, AbortSignal.timeout(5000)),
    (listed) => listed.length > 0,
  )
  expect(referrers.map(({ annotations }) => annotations?.['dev.tallyman.verdict'])).toEqual(['pass'])
  expect(registry.storageRequests.length).toBeGreaterThan(0)
  expect(registry.storageRequests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  await client.close()
})

test('a tag that appears a moment after its notification is recorded all the same', async () => {
  const early: FaultRule = {
    fault: { kind: 'status', status: 404 },
    path: /manifests\/1\.0$/,
    method: 'HEAD',
    times: 1,
  }
  house = await startHouse({ feed, faults: [early] })
  const built = await image()
  await pushImage(house.client.repository('team/api'), built, '1.0')
  const stored = await eventually(
    () => house!.get<{ locations?: object[] }>(`/api/v1/images/${built.descriptor.digest}`),
    ({ status }) => status === 200,
  )
  expect(stored.body.locations).toEqual([{ registry: 'hub', repository: 'team/api', tags: ['1.0'] }])
  expect(house.proxy?.applied).toHaveLength(1)
})

const verdictAt = (reference: string) =>
  eventually(
    () =>
      house!.get<{ outcome?: string; complete?: boolean; images?: object[]; code?: string }>(
        `/api/v1/verdict?image=${house!.host}/${reference}`,
      ),
    ({ body }) => body.complete === true || body.code === 'NOT_AN_IMAGE',
  )

test('what an index calls an image and is none does not keep the others from their verdict, or the index from its own', async () => {
  house = await startHouse({ feed })
  const model = buildArtifact({ artifactType: 'application/vnd.example.model' })
  const platform = { os: 'linux', architecture: 'amd64' }
  const index = buildIndex([
    { image: model, platform: { os: 'linux', architecture: 'arm64' } },
    { image: await image(), platform },
  ])
  await pushImage(house.client.repository('team/mixed'), index, '1.0')
  const { body } = await verdictAt('team/mixed:1.0')
  expect(body).toMatchObject({ outcome: 'pass', complete: true, images: [{ platform: 'linux/amd64' }] })
  const referrers = await eventually(
    () =>
      house!.client
        .repository('team/mixed')
        .referrers(index.descriptor.digest, reportArtifactType, AbortSignal.timeout(5000)),
    (listed) => listed.length > 0,
  )
  expect(referrers).toHaveLength(1)
})

test('an index with more platforms than are looked at is refused, not passed for the part that was', async () => {
  const scans = await startLocalScans()
  const one = await image()
  const many = Array.from({ length: 65 }, (_, number) => ({
    image: { ...one, descriptor: { ...one.descriptor, digest: `sha256:${String(number).padStart(64, '0')}` as const } },
    platform: { os: 'linux', architecture: `a${number}` },
  }))
  await expect(scans.scan('many', buildIndex(many))).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
  await scans.close()
})
