import type { FeedEntry, ScanRecord, SnapshotFeed, VerdictRecord } from '../../src/adapters/store/records.ts'
import { digestOf, type Digest } from '../../src/core/image/digest.ts'
import type { InstalledPackage } from '../../src/core/inventory/package.ts'
import type { LayerFacts } from '../../src/core/layer/facts.ts'
import type { Match } from '../../src/core/match/finding.ts'

/** Small valid records for the store's tests: name what matters, the rest is filled in. */

export const noon = '2026-05-01T12:00:00.000Z'
export const evening = '2026-05-01T18:00:00.000Z'
export const nextDay = '2026-05-02T12:00:00.000Z'

export function deb(name: string, version = '1.0-1', rest: Partial<InstalledPackage> = {}): InstalledPackage {
  return {
    type: 'deb',
    name,
    version,
    source: { name: `${name}-source`, version },
    arch: 'amd64',
    licenses: ['MIT'],
    ecosystem: 'Debian:12',
    purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12`,
    cataloger: 'dpkg',
    path: 'var/lib/dpkg/status',
    layer: 0,
    ownedBy: null,
    ...rest,
  }
}

export function npm(name: string, version = '1.0.0', rest: Partial<InstalledPackage> = {}): InstalledPackage {
  return {
    type: 'npm',
    name,
    version,
    source: null,
    arch: null,
    licenses: [],
    ecosystem: 'npm',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    cataloger: 'npm',
    path: `app/node_modules/${name}/package.json`,
    layer: 1,
    ownedBy: null,
    ...rest,
  }
}

export function scan(
  name: string,
  packages: readonly InstalledPackage[] = [],
  rest: Partial<ScanRecord> = {},
): ScanRecord {
  return {
    digest: digestOf(name),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    platform: 'linux/amd64',
    created: '2026-04-30T00:00:00Z',
    size: 5_000_000_000,
    configDigest: digestOf(`${name} config`),
    layers: [
      {
        digest: digestOf(`${name} layer`),
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        size: 5_000_000_000,
        diffId: null,
        createdBy: 'COPY . .',
      },
    ],
    distro: { id: 'debian', version: '12', ecosystem: 'Debian:12' },
    packages,
    coverage: [{ subject: 'layer 0', status: 'done' }],
    engine: '0.1.0',
    labels: {},
    checks: [],
    secrets: [],
    catalogers: { dpkg: 1 },
    scannedAt: noon,
    ...rest,
  }
}

/** Another name, other bytes. */
export function layer(name: string): ScanRecord['layers'][number] {
  return {
    digest: digestOf(`layer ${name}`),
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 1_000,
    diffId: null,
    createdBy: null,
  }
}

export function match(vulnerability: string, rest: Partial<Match> = {}): Match {
  return {
    vulnerability,
    advisory: `DEBIAN-${vulnerability}`,
    aliases: [vulnerability],
    advisories: [`DEBIAN-${vulnerability}`],
    fixed: '2.0',
    severity: 'high',
    score: 7.5,
    vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    ratings: [],
    published: '2026-01-01T00:00:00Z',
    summary: `${vulnerability} in short`,
    ...rest,
  }
}

export function verdict(digest: Digest, rest: Partial<VerdictRecord> = {}): VerdictRecord {
  return {
    digest,
    outcome: 'pass',
    policy: 'default',
    reasons: [],
    counts: { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 },
    coverage: [{ subject: 'feed Debian:12', status: 'done' }],
    snapshot: 1,
    cause: 'first scan',
    decidedAt: noon,
    checkedAt: noon,
    until: null,
    ...rest,
  }
}

/** An advisory that affects the given packages, as `ecosystem name`. */
export function entry(path: string, affected: readonly string[], rest: Partial<FeedEntry['advisory']> = {}): FeedEntry {
  const advisory = {
    id: path.replace(/^.*\//, '').replace(/\.json$/, ''),
    aliases: [],
    upstream: [],
    related: [],
    modified: noon,
    published: null,
    withdrawn: null,
    summary: null,
    ratings: [],
    affected: affected.map((text) => {
      const [ecosystem = '', name = ''] = text.split(' ')
      return { ecosystem, name, versions: ['1'], ranges: [], ratings: [] }
    }),
    references: [],
    ...rest,
  }
  return { path, hash: digestOf(JSON.stringify(advisory)).slice('sha256:'.length), advisory }
}

export function feed(name: string, rest: Partial<SnapshotFeed> = {}): SnapshotFeed {
  return {
    name,
    kind: 'osv',
    fetched: noon,
    records: 1,
    advisories: 1,
    ecosystems: { 'Debian:12': 1 },
    skipped: 0,
    problems: [],
    location: `/feeds/${name}`,
    fingerprint: 'f1',
    ...rest,
  }
}

export function layerFacts(name: string, rest: Partial<LayerFacts> = {}): LayerFacts {
  return {
    blob: digestOf(name),
    uncompressedSize: 10,
    entryCount: 2,
    whiteouts: [],
    opaques: [],
    symlinks: [['bin', 'usr/bin']],
    hardlinks: [],
    directories: 'usr\nusr/bin',
    files: 'usr/bin/env',
    readings: [],
    gaps: [],
    ...rest,
  }
}
