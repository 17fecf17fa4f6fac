import { expect, test } from 'vitest'
import type { ImageFilter, Page, PageRequest } from '../../src/adapters/store/records.ts'
import { digestOf } from '../../src/core/image/digest.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { deb, match, noon, npm, scan, verdict } from '../support/store-records.ts'
import { builtInRules } from '../support/rules.ts'

async function all<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const items: T[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<T> = await list({ limit, ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    cursor = page.next
  }
  return items
}

export function describeLists(under: () => StoreUnderTest): void {
  /** Three images: `web` and `api` of a multi-platform kind and a `job` without a tag. */
  async function fleet() {
    const { store } = under()
    await store.images.save(scan('web', [deb('openssl'), npm('@scope/pad', '1.0.0')]))
    await store.images.save(scan('api', [deb('openssl'), deb('tar', '2.0')]))
    await store.images.save(scan('job', [npm('@scope/pad', '2.0.0')], { distro: null }))
    await store.images.saveIndex({
      digest: digestOf('index'),
      mediaType: 'application/vnd.oci.image.index.v1+json',
      children: [{ digest: digestOf('api'), platform: 'linux/amd64' }],
    })
    const shop = { registry: 'local', repository: 'shop/web' }
    await store.sightings.observe(shop, digestOf('web'), 'latest', noon)
    await store.sightings.observe(shop, digestOf('web'), '1.0', noon)
    await store.sightings.observe({ registry: 'other', repository: 'shop/api' }, digestOf('index'), 'v2', noon)
    await store.sightings.observe({ registry: 'other', repository: 'shop/api' }, digestOf('api'), null, noon)
    await store.sightings.observe({ registry: 'local', repository: 'jobs' }, digestOf('job'), null, noon)
    const packages = await store.packages.unmatched('all', 1, 0, 100)
    const matched = packages.map(({ id, name, version }) => {
      const matches =
        name === 'openssl'
          ? [match('CVE-2026-0001', { severity: 'critical', score: 9.8 }), match('CVE-2026-0002', { fixed: null })]
          : name === '@scope/pad' && version === '1.0.0'
            ? [match('CVE-2026-0002', { severity: 'low', score: null, advisory: 'GHSA-1', advisories: ['GHSA-1'] })]
            : []
      return { packageId: id, result: { matches, uncomparable: [] } }
    })
    await store.packages.saveMatches(1, matched, noon, builtInRules)
    await store.verdicts.save(verdict(digestOf('web'), { outcome: 'pass' }))
    await store.verdicts.save(verdict(digestOf('web'), { outcome: 'fail' }))
    await store.verdicts.save(verdict(digestOf('api'), { outcome: 'warn' }))
    return store
  }

  test('shows images newest first, with their verdict and references', async () => {
    const store = await fleet()
    const { items, next } = await store.images.list({}, { limit: 10 })
    expect(next).toBeNull()
    const counts = verdict(digestOf('web')).counts
    const common = { platform: 'linux/amd64', size: 5_000_000_000, scannedAt: noon }
    const distro = { id: 'debian', version: '12', ecosystem: 'Debian:12' }
    expect(items).toEqual([
      {
        ...common,
        digest: digestOf('job'),
        distro: null,
        outcome: null,
        counts: null,
        references: [`local/jobs@${digestOf('job')}`],
      },
      { ...common, digest: digestOf('api'), distro, outcome: 'warn', counts, references: ['other/shop/api:v2'] },
      {
        ...common,
        digest: digestOf('web'),
        distro,
        outcome: 'fail',
        counts,
        references: ['local/shop/web:1.0', 'local/shop/web:latest'],
      },
    ])
  })

  test('filters images', async () => {
    const store = await fleet()
    const found = async (filter: ImageFilter) =>
      (await store.images.list(filter, { limit: 10 })).items.map(({ digest }) =>
        ['web', 'api', 'job'].find((name) => digestOf(name) === digest),
      )
    expect(await found({ outcome: 'fail' })).toEqual(['web'])
    expect(await found({ outcome: 'pass' })).toEqual([])
    expect(await found({ package: 'openssl' })).toEqual(['api', 'web'])
    expect(await found({ package: '@scope/pad' })).toEqual(['job', 'web'])
    expect(await found({ package: '@scope/pad@2.0.0' })).toEqual(['job'])
    expect(await found({ vulnerability: 'CVE-2026-0002' })).toEqual(['api', 'web'])
    expect(await found({ vulnerability: 'GHSA-1' })).toEqual(['api', 'web'])
    expect(await found({ vulnerability: 'CVE-1999-0001' })).toEqual([])
    expect(await found({ registry: 'local' })).toEqual(['job', 'web'])
    expect(await found({ repository: 'shop/api' })).toEqual(['api'])
    expect(await found({ tag: 'v2' })).toEqual(['api'])
    expect(await found({ registry: 'local', tag: 'v2' })).toEqual([])
    expect(await found({ registry: 'local', outcome: 'fail', package: 'openssl', tag: 'latest' })).toEqual(['web'])
  })

  test('shows at most ten references of an image', async () => {
    const { store } = under()
    await store.images.save(scan('web'))
    for (let tag = 10; tag < 25; tag++) {
      await store.sightings.observe({ registry: 'local', repository: 'web' }, digestOf('web'), `v${tag}`, noon)
    }
    const { items } = await store.images.list({}, { limit: 1 })
    expect(items[0]?.references).toEqual(Array.from({ length: 10 }, (_, index) => `local/web:v${index + 10}`))
  })

  test('pages show every item once, also while others come', async () => {
    const { store } = under()
    for (let index = 0; index < 7; index++) await store.images.save(scan(`image ${index}`, [npm(`pad-${index % 2}`)]))
    const first = await store.images.list({}, { limit: 3 })
    await store.images.save(scan('newcomer'))
    const rest = await all((page) => store.images.list({}, { cursor: first.next!, ...page }), 3)
    expect([...first.items, ...rest].map(({ digest }) => digest)).toEqual(
      [6, 5, 4, 3, 2, 1, 0].map((index) => digestOf(`image ${index}`)),
    )
    expect(await all((page) => store.packages.list({}, page), 1)).toHaveLength(2)
  })

  test('refuses a page that it cannot give', async () => {
    const store = await fleet()
    const { next } = await store.packages.list({}, { limit: 1 })
    const invalid = { code: 'REQUEST_INVALID' }
    await expect(store.images.list({}, { limit: 0 })).rejects.toMatchObject(invalid)
    await expect(store.images.list({}, { limit: 1_001 })).rejects.toMatchObject(invalid)
    for (const cursor of ['', 'nonsense', next!, Buffer.from('["images","x"]').toString('base64url')]) {
      await expect(store.images.list({}, { limit: 1, cursor })).rejects.toMatchObject(invalid)
    }
  })

  test('lists packages by name with the number of images and vulnerabilities', async () => {
    const store = await fleet()
    const shown = (items: readonly { name: string; version: string; images: number; vulnerabilities: number }[]) =>
      items.map(({ name, version, images, vulnerabilities }) => [name, version, images, vulnerabilities])
    expect(shown(await all((page) => store.packages.list({}, page), 1))).toEqual([
      ['@scope/pad', '1.0.0', 1, 1],
      ['@scope/pad', '2.0.0', 1, 0],
      ['openssl', '1.0-1', 2, 2],
      ['tar', '2.0', 1, 0],
    ])
    const filtered = async (filter: object) => shown((await store.packages.list(filter, { limit: 10 })).items).length
    expect(await filtered({ name: '@scope/pad' })).toBe(2)
    expect(await filtered({ name: '@scope/pad', version: '2.0.0' })).toBe(1)
    expect(await filtered({ ecosystem: 'Debian:12' })).toBe(2)
    expect(await filtered({ version: '2.0' })).toBe(1)
  })

  test('lists vulnerabilities worst first, as bad as on their worst package', async () => {
    const store = await fleet()
    const first = {
      vulnerability: 'CVE-2026-0001',
      severity: 'critical',
      score: 9.8,
      summary: 'CVE-2026-0001 in short',
      published: '2026-01-01T00:00:00Z',
      fixable: true,
      packages: 1,
      images: 2,
    }
    const second = {
      ...first,
      vulnerability: 'CVE-2026-0002',
      severity: 'high',
      score: 7.5,
      summary: 'CVE-2026-0002 in short',
      packages: 2,
      images: 2,
    }
    expect(await all((page) => store.packages.vulnerabilities({}, page), 1)).toEqual([first, second])
    const filtered = async (filter: object) => (await store.packages.vulnerabilities(filter, { limit: 10 })).items
    expect(await filtered({ severity: 'critical' })).toEqual([first])
    expect(await filtered({ severity: 'low' })).toEqual([first, second])
    expect(await filtered({ package: '@scope/pad' })).toEqual([second])
    expect(await filtered({ fixable: false })).toEqual([])
    expect(await store.packages.vulnerability('CVE-2026-0002')).toEqual(second)
    expect(await store.packages.vulnerability('GHSA-1')).toEqual(second)
    expect(await store.packages.vulnerability('GHSA-2')).toBeUndefined()
  })

  test('shows the images that a vulnerability affects, with their findings of it', async () => {
    const store = await fleet()
    const affected = await all((page) => store.packages.imagesWith('GHSA-1', page), 1)
    expect(
      affected.map(({ image, findings }) => [
        image.digest,
        findings.map((finding) => [finding.vulnerability, finding.package, finding.severity]),
      ]),
    ).toEqual([
      [digestOf('api'), [['CVE-2026-0002', deb('openssl').purl, 'high']]],
      [
        digestOf('web'),
        [
          ['CVE-2026-0002', deb('openssl').purl, 'high'],
          ['CVE-2026-0002', npm('@scope/pad').purl, 'low'],
        ],
      ],
    ])
  })
}
