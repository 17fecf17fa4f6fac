import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStore } from '../adapters/store/create-store.ts'
import type { ScanRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import type { InstalledPackage } from '../core/inventory/package.ts'
import { parseOsv } from '../core/match/osv.ts'
import { matchPackages } from './match-packages.ts'
import { builtInRules } from '../../test/support/rules.ts'

const now = () => new Date('2024-05-01T00:00:00Z')
const rules = async () => builtInRules
const { signal } = new AbortController()
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`

let store: Store
beforeEach(async () => {
  store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
})
afterEach(() => store.close())

const installed = (
  ecosystem: string | null,
  name: string,
  version: string,
  source: string | null = null,
): InstalledPackage => ({
  type: 'deb',
  name,
  version,
  source: source === null ? null : { name: source, version },
  arch: null,
  licenses: [],
  ecosystem,
  purl: `pkg:deb/debian/${name}@${version}`,
  cataloger: 'dpkg',
  path: 'var/lib/dpkg/status',
  layer: 0,
  ownedBy: null,
})

const scan = (letter: string, packages: readonly InstalledPackage[]): ScanRecord => ({
  digest: digest(letter),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  platform: 'linux/amd64',
  created: null,
  size: 1,
  configDigest: digest('c'),
  layers: [],
  distro: null,
  packages,
  coverage: [],
  labels: {},
  checks: [],
  secrets: [],
  engine: '0.1.0',
  catalogers: { dpkg: 1 },
  scannedAt: '2024-05-01T00:00:00Z',
})

async function adopt(...advisories: readonly { id: string; ecosystem: string; name: string; fixed: string }[]) {
  const transaction = await store.feeds.begin()
  await transaction.put(
    'osv',
    advisories.map(({ id, ecosystem, name, fixed }) => {
      const ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }]
      const text = JSON.stringify({ id, affected: [{ package: { ecosystem, name }, ranges }] })
      return { path: `${id}.json`, hash: fixed, advisory: parseOsv(text, () => undefined)! }
    }),
  )
  return transaction.adopt([], now().toISOString())
}

const findingsOf = async (letter: string) =>
  (await store.images.findings(digest(letter))).map(
    ({ package: purl, vulnerability, fixed }) => `${purl} ${vulnerability} ${fixed}`,
  )

const openssl = { id: 'DEBIAN-CVE-2024-0001', ecosystem: 'Debian:12', name: 'openssl', fixed: '3.0.13' }

test('finds what affects the packages of an image, and says how many it looked at', async () => {
  await store.images.save(
    scan('a', [installed('Debian:12', 'libssl3', '3.0.11', 'openssl'), installed('Debian:12', 'bash', '5.2')]),
  )
  const snapshot = await adopt(openssl, { ...openssl, id: 'DEBIAN-CVE-2024-0002', fixed: '3.0.1' })
  expect(await matchPackages({ image: digest('a') }, snapshot, { store, rules, now }, signal)).toBe(2)
  expect(await findingsOf('a')).toEqual(['pkg:deb/debian/libssl3@3.0.11 CVE-2024-0001 3.0.13'])
})

test('looks at each package once a snapshot, whatever images have it', async () => {
  const libssl = installed('Debian:12', 'libssl3', '3.0.11', 'openssl')
  await store.images.save(scan('a', [libssl]))
  await store.images.save(scan('b', [libssl, installed(null, 'unknown', '1')]))
  const first = await adopt(openssl)
  expect(await matchPackages('all', first, { store, rules, now }, signal)).toBe(1)
  expect(await matchPackages('all', first, { store, rules, now }, signal)).toBe(0)
  const second = await adopt({ ...openssl, fixed: '3.0.10' })
  expect(await matchPackages('all', second, { store, rules, now }, signal)).toBe(1)
  expect([await findingsOf('a'), await findingsOf('b')]).toEqual([[], []])
})

test('goes through more packages than one batch', async () => {
  const many = Array.from({ length: 1100 }, (_, index) => installed('Debian:12', `lib${index}`, '3.0.11', 'openssl'))
  await store.images.save(scan('a', many))
  expect(await matchPackages('all', await adopt(openssl), { store, rules, now }, signal)).toBe(1100)
  expect(await findingsOf('a')).toHaveLength(1100)
})

test('keeps what could not be compared', async () => {
  await store.images.save(scan('a', [installed('Debian:12', 'libssl3', 'not a version', 'openssl')]))
  await matchPackages('all', await adopt(openssl), { store, rules, now }, signal)
  expect(await store.packages.uncomparable(digest('a'))).toEqual([
    {
      package: 'libssl3',
      advisory: 'DEBIAN-CVE-2024-0001',
      reason: 'version not a version or one that the advisory names is not of the form that dpkg orders',
    },
  ])
})

test('stops when it is aborted', async () => {
  const snapshot = await adopt(openssl)
  await expect(matchPackages('all', snapshot, { store, rules, now }, AbortSignal.abort())).rejects.toMatchObject({
    name: 'AbortError',
  })
})
