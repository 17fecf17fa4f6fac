import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildArtifact, buildImage, buildIndex, pushImage, type BuiltImage } from './support/build-image.ts'
import { eventually, startHouse, webhookSecret, type House } from './support/house.ts'
import { startPostgres } from './support/postgres.ts'
import { reportArtifactType, reportLayerType } from '../src/core/report/referrer.ts'
import type { Report } from '../src/core/report/report.ts'

/** The main job, end to end: the real registry program, its own notifications, the whole server. On both engines. */

const feed = {
  'npm/CVE-2021-23337.json': {
    id: 'CVE-2021-23337',
    modified: '2024-01-01T00:00:00Z',
    published: '2021-02-15T00:00:00Z',
    summary: 'command injection in template()',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' }],
    affected: [
      {
        package: { ecosystem: 'npm', name: 'lodash' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
      },
    ],
  },
  'Debian/DEBIAN-CVE-2099-0001.json': {
    id: 'DEBIAN-CVE-2099-0001',
    modified: '2024-01-01T00:00:00Z',
    upstream: ['CVE-2099-0001'],
    affected: [
      {
        package: { ecosystem: 'Debian:12', name: 'openssl' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.15-1~deb12u1' }] }],
      },
    ],
  },
}

const osRelease = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'

function dpkgStatus(openssl: string): string {
  const version = `Version: ${openssl}`
  return `Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\n${version}\n\n`
}

const base = {
  entries: { 'etc/os-release': osRelease, 'var/lib/dpkg/status': dpkgStatus('3.0.15-1~deb12u1') },
  createdBy: 'ADD rootfs.tar /',
}

async function imageWith(lodash: string, architecture = 'amd64'): Promise<BuiltImage> {
  const manifest = JSON.stringify({ name: 'lodash', version: lodash, license: 'MIT' })
  return buildImage({
    platform: { os: 'linux', architecture },
    layers: [base, { entries: { 'app/node_modules/lodash/package.json': manifest }, createdBy: 'RUN npm install' }],
  })
}

interface VerdictAnswer {
  readonly outcome?: string
  readonly code?: string
}

const engines = [
  ['SQLite', async () => ({ url: undefined, stop: async () => {} })],
  ['PostgreSQL', startPostgres],
] as const

describe.each(engines)('on %s', (_, startStore) => {
  let store: { url: string | undefined; stop(): Promise<void> }
  let house: House

  beforeAll(async () => {
    store = await startStore()
    house = await startHouse({ feed, feedEvery: '1s', ...(store.url ? { storeUrl: store.url } : {}) })
  })
  afterAll(async () => {
    await house.stop()
    await store.stop()
  })

  const verdictOf = (reference: string) =>
    house.get<VerdictAnswer>(`/api/v1/verdict?image=${house.registry.host}/${reference}`)
  const judged = (reference: string, outcome?: string) =>
    eventually(
      () => verdictOf(reference),
      ({ body }) => (outcome ? body.outcome === outcome : body.outcome !== undefined),
    )

  test('a pushed image gets a verdict within seconds, and carries it as a referrer', async () => {
    const image = await imageWith('4.17.20')
    await pushImage(house.client.repository('team/api'), image, '1.0')

    expect((await judged('team/api:1.0')).body).toMatchObject({ outcome: 'fail' })

    const report = (await house.get<Report>(`/api/v1/images/${image.descriptor.digest}/report`)).body
    expect(report.packages.map(({ purl, path, layer }) => ({ purl, path, layer }))).toEqual([
      {
        purl: 'pkg:deb/debian/libssl3@3.0.15-1~deb12u1?arch=amd64&distro=debian-12',
        path: 'var/lib/dpkg/status',
        layer: 0,
      },
      { purl: 'pkg:npm/lodash@4.17.20', path: 'app/node_modules/lodash/package.json', layer: 1 },
    ])
    expect(
      report.findings.map(({ vulnerability, fixed, severity, score }) => ({ vulnerability, fixed, severity, score })),
    ).toEqual([{ vulnerability: 'CVE-2021-23337', fixed: '4.17.21', severity: 'high', score: 7.2 }])

    const repository = house.client.repository('team/api')
    const listed = await eventually(
      () => repository.referrers(image.descriptor.digest, reportArtifactType, AbortSignal.timeout(5000)),
      (referrers) => referrers.length > 0,
    )
    expect(listed).toHaveLength(1)
    expect(listed[0]?.annotations).toMatchObject({
      'dev.tallyman.verdict': 'fail',
      'dev.tallyman.policy': 'default',
      'dev.tallyman.findings.high': '1',
      'dev.tallyman.fixable': '1',
      'dev.tallyman.feed-fetched': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
    expect(await attachedReport(house, 'team/api', listed[0]?.digest ?? '')).toEqual(report)
  })

  test('the same tag with a fixed image turns to pass', async () => {
    await pushImage(house.client.repository('team/api'), await imageWith('4.17.21'), '1.0')
    expect((await judged('team/api:1.0', 'pass')).body).toMatchObject({ outcome: 'pass' })
  })

  /** The verdicts of the reports at the registry, once they are `wanted`. */
  const writtenVerdicts = (name: string, { descriptor }: Pick<BuiltImage, 'descriptor'>, wanted: string) =>
    eventually(
      async () => {
        const signal = AbortSignal.timeout(5000)
        const reports = await house.client.repository(name).referrers(descriptor.digest, reportArtifactType, signal)
        return reports.map(({ annotations }) => annotations?.['dev.tallyman.verdict'])
      },
      (verdicts) => verdicts.length === 1 && verdicts[0] === wanted,
    )

  test('what is written back does not come back as work', async () => {
    const quiet = await eventually(
      () => house.get<{ depth: { waiting: number; leased: number }[] }>('/api/v1/jobs'),
      ({ body }) => body.depth.every(({ waiting, leased }) => waiting + leased === 0),
    )
    expect(quiet.body.depth.every(({ waiting, leased }) => waiting + leased === 0)).toBe(true)
    const images = await house.get<{ items: { digest: string }[] }>('/api/v1/images')
    expect(images.body.items).toHaveLength(2)
  })

  test('a multi-platform push is scanned as one index, its attestation left aside', async () => {
    const repository = house.client.repository('team/multi')
    const attestation = buildArtifact({ payload: { mediaType: 'application/vnd.in-toto+json', content: '{}' } })
    const amd64 = await imageWith('4.17.21')
    const index = buildIndex([
      { image: amd64, platform: { os: 'linux', architecture: 'amd64' } },
      { image: await imageWith('4.17.19', 'arm64'), platform: { os: 'linux', architecture: 'arm64' } },
      {
        image: attestation,
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: {
          'vnd.docker.reference.type': 'attestation-manifest',
          'vnd.docker.reference.digest': amd64.descriptor.digest,
        },
      },
    ])
    await pushImage(repository, index, '2.0')

    const { body } = await judged('team/multi:2.0', 'fail')
    expect(body).toMatchObject({
      outcome: 'fail',
      images: [
        { platform: 'linux/amd64', verdict: { outcome: 'pass' } },
        { platform: 'linux/arm64', verdict: { outcome: 'fail' } },
      ],
    })
  })

  test('a new feed state changes stored verdicts without a pull', async () => {
    await pushImage(house.client.repository('team/later'), await imageWith('4.17.21'), '1.0')
    expect((await judged('team/later:1.0')).body).toMatchObject({ outcome: 'pass' })
    const platforms = buildIndex([
      { image: await imageWith('4.17.21'), platform: { os: 'linux', architecture: 'amd64' } },
      { image: await imageWith('4.17.22', 'arm64'), platform: { os: 'linux', architecture: 'arm64' } },
    ])
    await pushImage(house.client.repository('team/platforms'), platforms, '1.0')
    expect(await writtenVerdicts('team/platforms', platforms, 'pass')).toEqual(['pass'])

    const later = structuredClone(feed)
    later['Debian/DEBIAN-CVE-2099-0001.json'].affected[0]!.ranges[0]!.events[1] = { fixed: '3.0.16-1~deb12u1' }
    Object.assign(later['Debian/DEBIAN-CVE-2099-0001.json'], {
      modified: '2024-02-01T00:00:00Z',
      database_specific: { severity: 'HIGH' },
    })
    await house.writeFeed(later)

    expect((await judged('team/later:1.0', 'fail')).body).toMatchObject({ outcome: 'fail' })
    expect(await writtenVerdicts('team/platforms', platforms, 'fail')).toEqual(['fail'])
    await house.writeFeed(feed)
    expect((await judged('team/later:1.0', 'pass')).body).toMatchObject({ outcome: 'pass' })
    expect(await writtenVerdicts('team/platforms', platforms, 'pass')).toEqual(['pass'])
  }, 120_000)

  test('a chart is not an image: a final answer, and no job that is tried again', async () => {
    const chart = buildArtifact({
      configType: 'application/vnd.cncf.helm.config.v1+json',
      payload: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', content: 'chart' },
    })
    await pushImage(house.client.repository('charts/web'), chart, '1.0')
    const answer = await eventually(
      () => verdictOf('charts/web:1.0'),
      ({ body }) => body.code === 'NOT_AN_IMAGE',
    )
    expect(answer).toMatchObject({ status: 422, body: { code: 'NOT_AN_IMAGE' } })
    expect((await house.get<{ items: unknown[] }>('/api/v1/jobs?state=dead')).body.items).toEqual([])
  })

  test('a notification with a wrong secret is refused and nothing is enqueued', async () => {
    const body = {
      events: [
        {
          action: 'push',
          target: {
            repository: 'x',
            tag: '1',
            mediaType: 'application/vnd.oci.image.manifest.v1+json',
            digest: `sha256:${'0'.repeat(64)}`,
          },
        },
      ],
    }
    expect(await house.post('/webhooks/hub', body, { authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
      body: { code: 'WEBHOOK_UNAUTHORIZED' },
    })
    expect(await house.post('/webhooks/hub', '{', { authorization: `Bearer ${webhookSecret}` })).toMatchObject({
      status: 400,
      body: { code: 'WEBHOOK_MALFORMED' },
    })
    const huge = await house.post('/webhooks/hub', `"${'x'.repeat(5 * 1024 * 1024)}"`, {
      authorization: `Bearer ${webhookSecret}`,
    })
    expect(huge).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
    expect(await house.post('/webhooks/nobody', body)).toMatchObject({ status: 404 })
  })
})

async function attachedReport(house: House, name: string, digest: string): Promise<unknown> {
  const repository = house.client.repository(name)
  const signal = AbortSignal.timeout(5000)
  const { bytes } = await repository.manifest(digest, signal)
  const { layers } = JSON.parse(bytes.toString()) as {
    layers: { mediaType: string; digest: `sha256:${string}`; size: number }[]
  }
  const [layer] = layers
  expect(layer?.mediaType).toBe(reportLayerType)
  const chunks: Uint8Array[] = []
  for await (const chunk of repository.blob(layer!, signal)) chunks.push(chunk)
  return JSON.parse(gunzipSync(Buffer.concat(chunks)).toString())
}
