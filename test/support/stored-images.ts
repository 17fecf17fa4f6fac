import type { ScanRecord } from '../../src/adapters/store/records.ts'
import type { Store } from '../../src/adapters/store/store.ts'
import { digestOf, type Digest } from '../../src/core/image/digest.ts'
import { catalogers } from '../../src/core/inventory/catalogers.ts'
import { takeInventory } from '../../src/core/inventory/inventory.ts'
import type { ImageLayer } from '../../src/core/inventory/package.ts'
import { catalogersKey, scanVersions } from '../../src/core/layer/catalogers-key.ts'
import type { LayerFacts, Reading } from '../../src/core/layer/facts.ts'
import type { Match } from '../../src/core/match/finding.ts'
import { judgeImage } from '../../src/flows/judge-image.ts'
import { builtInRules } from './rules.ts'

const scannedAt = '2026-05-01T12:00:00.000Z'

/** A Debian 12 with openssl and zlib, and one npm package in its second layer. */
const readings: readonly (readonly Reading[])[] = [
  [
    {
      path: 'etc/os-release',
      cataloger: 'os-release',
      facts: [{ kind: 'distro', id: 'debian', versionId: '12' }],
      notes: [],
    },
    {
      path: 'var/lib/dpkg/status',
      cataloger: 'dpkg',
      facts: [
        { kind: 'package', type: 'deb', name: 'openssl', version: '3.0.15-1~deb12u1', arch: 'amd64' },
        {
          kind: 'package',
          type: 'deb',
          name: 'zlib1g',
          version: '1:1.2.13.dfsg-1',
          source: { name: 'zlib', version: '1:1.2.13.dfsg-1' },
          arch: 'amd64',
        },
      ],
      notes: [],
    },
  ],
  [
    {
      path: 'srv/app/node_modules/minimist/package.json',
      cataloger: 'npm',
      facts: [{ kind: 'package', type: 'npm', name: 'minimist', version: '1.2.5', licenses: ['MIT'] }],
      notes: [],
    },
  ],
]

const match = (vulnerability: string, fields: Partial<Match>): Match => ({
  vulnerability,
  advisory: vulnerability,
  aliases: [],
  advisories: [vulnerability],
  fixed: null,
  severity: 'unknown',
  score: null,
  vector: null,
  ratings: [],
  published: '2026-01-02T00:00:00Z',
  summary: null,
  ...fields,
})

const matches: Readonly<Record<string, readonly Match[]>> = {
  openssl: [
    match('CVE-2026-1001', {
      severity: 'high',
      score: 7.5,
      fixed: '3.0.16-1~deb12u1',
      aliases: ['DEBIAN-CVE-2026-1001'],
      summary: 'a bad handshake',
    }),
  ],
  zlib1g: [match('CVE-2026-1002', { severity: 'low', score: 3.1 })],
  minimist: [match('CVE-2021-44906', { severity: 'critical', score: 9.8, fixed: '1.2.6' })],
}

export interface StoredImage {
  readonly digest: Digest
  readonly record: ScanRecord
}

/** Stores the sample image with its layer facts, packages and matches, and without a verdict. `name` decides its digest. */
export async function storeImage(store: Store, name: string, platform = 'linux/amd64'): Promise<StoredImage> {
  const layers = readings.map((_, index): ImageLayer => ({
    digest: digestOf(`${name} layer ${index}`),
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 1_000_000 * (index + 1),
    diffId: digestOf(`${name} diff ${index}`),
    createdBy: `step ${index}`,
  }))
  const facts = layers.map((layer, index) => factsOf(layer.digest, readings[index] ?? []))
  for (const each of facts) await store.layers.save(each, catalogersKey(catalogers))
  const inventory = takeInventory({ layers, read: facts })
  const digest = digestOf(name)
  const record: ScanRecord = {
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    platform,
    created: '2026-04-30T12:00:00.000Z',
    size: 3_000_000,
    configDigest: digestOf(`${name} config`),
    layers,
    ...inventory,
    labels: {},
    checks: [],
    secrets: [],
    engine: '0.0.0',
    catalogers: scanVersions(catalogers),
    scannedAt,
  }
  await store.images.save(record)
  const unmatched = await store.packages.unmatched({ image: digest }, 1, 0, 100)
  const matched = unmatched.map(({ id, name }) => ({
    packageId: id,
    result: { matches: matches[name] ?? [], uncomparable: [] },
  }))
  await store.packages.saveMatches(1, matched, scannedAt, builtInRules)
  return { digest, record }
}

function factsOf(blob: Digest, of: readonly Reading[]): LayerFacts {
  const files = of.map(({ path }) => path).join('\n')
  return {
    blob,
    uncompressedSize: 1,
    entryCount: of.length,
    whiteouts: [],
    opaques: [],
    symlinks: [],
    hardlinks: [],
    directories: '',
    files,
    readings: of,
    gaps: [],
  }
}

/** Adopts a snapshot that has data for the sample's ecosystems. */
export async function storeSnapshot(store: Store): Promise<void> {
  const transaction = await store.feeds.begin()
  const feed = {
    name: 'osv',
    kind: 'osv' as const,
    fetched: '2026-05-02T09:00:00.000Z',
    records: 3,
    advisories: 3,
    ecosystems: { 'Debian:12': 2, npm: 1 },
    skipped: 0,
    problems: [],
    location: '/feeds/osv',
    fingerprint: 'one',
  }
  await transaction.adopt([feed], '2026-05-02T09:01:00.000Z')
}

/** Judges a stored image by the default policy. */
export async function judgeStored(store: Store, digest: Digest): Promise<void> {
  const now = () => new Date(scannedAt)
  await judgeImage(digest, await store.feeds.current(), 'scan', { store, rules: async () => builtInRules, now })
}
