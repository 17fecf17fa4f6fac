import { expect, test } from 'vitest'
import type { BaseFilter } from '../../src/adapters/store/rebuild-records.ts'
import { digestOf } from '../../src/core/image/digest.ts'
import type { InstalledPackage } from '../../src/core/inventory/package.ts'
import type { Match } from '../../src/core/match/finding.ts'
import { foreseeRebuilds } from '../../src/flows/foresee-rebuilds.ts'
import { judgeImage } from '../../src/flows/judge-image.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { builtInRules } from '../support/rules.ts'
import { deb, feed, layer, match, noon, npm, scan } from '../support/store-records.ts'

export function describeRebuilds(under: () => StoreUnderTest): void {
  const signal = new AbortController().signal
  const place = (repository: string) => ({ registry: 'hub', repository })

  const deps = () => ({ store: under().store, rules: async () => builtInRules, now: () => new Date(noon) })

  /** Stores, matches and judges images of the named layers; `vulnerable`: matches by package and version. */
  async function fleet(
    images: Readonly<Record<string, readonly [layers: readonly string[], packages: readonly InstalledPackage[]]>>,
    vulnerable: Readonly<Record<string, readonly Match[]>>,
  ): Promise<void> {
    const { store } = under()
    const snapshot =
      (await store.feeds.current()) ??
      (await (await store.feeds.begin()).adopt([feed('osv', { ecosystems: { 'Debian:12': 9, npm: 9 } })], noon))
    for (const [name, [layers, packages]] of Object.entries(images)) {
      await store.images.save(scan(name, packages, { layers: layers.map(layer) }))
      await store.sightings.observe(place(name), digestOf(name), '1', noon)
    }
    const stored = await store.packages.unmatched('all', snapshot.number, 0, 100)
    const matched = stored.map(({ id, name, version }) => {
      return { packageId: id, result: { matches: vulnerable[`${name} ${version}`] ?? [], uncomparable: [] } }
    })
    await store.packages.saveMatches(snapshot.number, matched, noon, builtInRules)
    await store.reevaluation.carry(100)
    for (const name of Object.keys(images)) await judgeImage(digestOf(name), snapshot, 'first scan', deps())
  }

  async function bases(filter: BaseFilter = {}) {
    const { store } = under()
    await foreseeRebuilds(deps(), signal)
    const { items } = await store.rebuilds.list(filter, { limit: 10 })
    return items.map(({ references, images, green, relieved, closes }) => {
      return { base: references[0], images, green, relieved, closes }
    })
  }

  const vulnerable = {
    'openssl 1.0-1': [match('CVE-2026-1'), match('CVE-2026-2', { severity: 'low', fixed: null })],
    'tar 1.0-1': [match('CVE-2026-3', { fixed: null })],
    'pad 1.0.0': [match('CVE-2026-4')],
  }
  const openssl = deb('openssl')

  test('tells how many images pass once a base is rebuilt, and what that closes', async () => {
    await fleet(
      {
        debian: [['os'], [openssl]],
        'only the base’s': [
          ['os', 'a'],
          [openssl, npm('fine')],
        ],
        'its own too': [
          ['os', 'b'],
          [openssl, npm('pad')],
        ],
        'warned of what has no fix': [
          ['os', 'c'],
          [openssl, deb('tar')],
        ],
        'mended by itself': [['os', 'd'], [deb('openssl', '2.0-1')]],
        stranger: [['other'], [openssl]],
      },
      vulnerable,
    )
    expect(await bases()).toEqual([
      {
        base: 'hub/debian:1',
        images: { pass: 1, warn: 0, inconclusive: 0, fail: 3 },
        green: { warn: 0, inconclusive: 0, fail: 1 },
        relieved: 2,
        closes: 3,
      },
    ])
  })

  test('an image counts for every base below it, and the best rebuild comes first', async () => {
    await fleet(
      {
        debian: [['os'], [openssl]],
        node: [
          ['os', 'node'],
          [openssl, npm('pad')],
        ],
        app: [
          ['os', 'node', 'app'],
          [openssl, npm('pad'), npm('fine')],
        ],
        tool: [
          ['os', 'node', 'tool'],
          [openssl, npm('pad')],
        ],
      },
      vulnerable,
    )
    const counted = (await bases()).map(({ base, images, green, closes }) => [base, images.fail, green.fail, closes])
    expect(counted).toEqual([
      ['hub/node:1', 2, 2, 4],
      ['hub/debian:1', 3, 0, 3],
    ])
    expect(await bases({ repository: 'debian' })).toMatchObject([{ base: 'hub/debian:1' }])
    expect(await bases({ registry: 'hub', repository: 'app' })).toEqual([])
    expect(await bases({ registry: 'elsewhere' })).toEqual([])
    expect(await bases({ outcome: 'fail' })).toHaveLength(2)
    expect(await bases({ outcome: 'warn' })).toEqual([])

    const { rebuilds } = under().store
    const first = await rebuilds.list({}, { limit: 1 })
    const rest = await rebuilds.list({}, { limit: 1, cursor: first.next! })
    expect([...first.items, ...rest.items].map(({ digest }) => digest)).toEqual(['node', 'debian'].map(digestOf))
    expect(rest.next).toBeNull()
    await expect(rebuilds.list({ outcome: 'fail' }, { limit: 1, cursor: first.next! })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    })
  })

  test('follows what is stored, judged and deleted later', async () => {
    await fleet({ app: [['os', 'app'], [openssl]] }, vulnerable)
    expect(await bases()).toEqual([])
    await fleet({ debian: [['os'], [openssl]] }, vulnerable)
    expect(await bases()).toMatchObject([{ base: 'hub/debian:1', green: { fail: 1 } }])

    await under().store.images.save(scan('debian', [deb('openssl', '2.0-1')], { layers: [layer('os')] }))
    expect(await bases()).toMatchObject([{ green: { fail: 0 }, images: { fail: 1 }, closes: 0 }])

    await under().store.sightings.forget(place('app'), { digest: digestOf('app') })
    expect(await bases()).toEqual([])
    await under().store.sightings.observe(place('app'), digestOf('app'), '1', noon)
    expect(await bases()).toMatchObject([{ images: { fail: 1 } }])
  })

  test('of two packages with one purl the base may have one alone, which closes nothing', async () => {
    const [mit, isc] = [npm('pad'), npm('pad', '1.0.0', { licenses: ['ISC'] })]
    await fleet(
      {
        node: [['node'], [mit]],
        'with its own copy': [
          ['node', 'a'],
          [mit, isc],
        ],
        'with the base’s': [
          ['node', 'b'],
          [mit, npm('fine')],
        ],
      },
      vulnerable,
    )
    expect(await bases()).toMatchObject([{ images: { fail: 2 }, green: { fail: 1 }, closes: 1 }])
  })
}
