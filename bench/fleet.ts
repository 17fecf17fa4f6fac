import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { OpenStore } from '../src/adapters/store/create-store.ts'
import type { FeedEntry, SnapshotFeed } from '../src/adapters/store/records.ts'
import { packageRow } from '../src/adapters/store/package-rows.ts'
import { namesOf } from '../src/adapters/store/package-names.ts'
import { chainIds } from '../src/core/image/chain.ts'
import { digestOf, type Digest } from '../src/core/image/digest.ts'
import type { InstalledPackage } from '../src/core/inventory/package.ts'
import { contentsOf } from '../src/core/match/feed-coverage.ts'
import type { Advisory, Severity } from '../src/core/match/advisory.ts'
import { fleetFacts, type FleetFacts } from './fleet-facts.ts'

export interface FleetSize {
  readonly images: number
  readonly advisories: number
}

/** What the store holds of one ecosystem: names by popularity, each with some versions, newest last. */
interface Ecosystem {
  readonly name: string
  readonly type: InstalledPackage['type']
  readonly names: number
  readonly versions: number
  /** Share of the advisories, and packages of an image's tree. */
  readonly advisories: number
  readonly tree: readonly [least: number, most: number]
}

const systems: readonly Ecosystem[] = [
  { name: 'Debian:12', type: 'deb', names: 900, versions: 8, advisories: 0.12, tree: [80, 180] },
  { name: 'Debian:11', type: 'deb', names: 900, versions: 8, advisories: 0.1, tree: [80, 180] },
  { name: 'Ubuntu:22.04:LTS', type: 'deb', names: 900, versions: 8, advisories: 0.1, tree: [90, 200] },
  { name: 'Alpine:v3.20', type: 'apk', names: 400, versions: 8, advisories: 0.04, tree: [15, 60] },
]
const languages: readonly Ecosystem[] = [
  { name: 'npm', type: 'npm', names: 11_500, versions: 6, advisories: 0.34, tree: [120, 420] },
  { name: 'PyPI', type: 'pypi', names: 4_200, versions: 6, advisories: 0.14, tree: [20, 90] },
  { name: 'Maven', type: 'maven', names: 3_200, versions: 6, advisories: 0.1, tree: [40, 160] },
  { name: 'Go', type: 'golang', names: 2_000, versions: 6, advisories: 0.06, tree: [20, 120] },
]
const ecosystems = [...systems, ...languages]
/** Package versions: 150,200, whatever the number of images. */
export const packageVersions = ecosystems.reduce((sum, { names, versions }) => sum + names * versions, 0)

/** Advisories that concern a stored version at all: most are fixed before the oldest that anybody still runs. */
const liveShare = 0.12
/** Advisories about packages that nobody in the fleet has. */
const strangeShare = 0.4
/** Builds of one application, and how often one has other dependencies than the one before. */
const buildsPerApp = 20
const changeShare = 0.5

/** A linear congruence (Numerical Recipes): the same seed gives the same fleet. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const below = (next: () => number, limit: number): number => Math.floor(next() * limit)
/** Zipf with exponent near 1: rank r is taken in proportion to 1/r. */
const popular = (next: () => number, limit: number): number => Math.floor(limit ** next()) - 1

/** Popular packages have more advisories, but not in proportion: the first hundredth has a tenth of them. */
const known = (next: () => number, limit: number): number => Math.floor(limit * next() ** 2)

function nameIn({ name, type }: Ecosystem, index: number): string {
  const base = `${name.split(':', 1)[0]!.toLowerCase()}-package-${index}`
  return type === 'maven' ? `org.example:${base}` : type === 'golang' ? `example.org/${base}` : base
}

const versionIn = ({ type }: Ecosystem, version: number): string =>
  type === 'deb' ? `1.${version}.0-1` : type === 'apk' ? `1.${version}.0-r0` : `1.${version}.0`

function installedIn(ecosystem: Ecosystem, index: number, version: number): InstalledPackage {
  const name = nameIn(ecosystem, index)
  const text = versionIn(ecosystem, version)
  const system = systems.includes(ecosystem)
  return {
    type: ecosystem.type,
    name,
    version: text,
    source: system ? { name, version: text } : null,
    arch: system ? 'amd64' : null,
    licenses: ['MIT'],
    ecosystem: ecosystem.name,
    purl: `pkg:${ecosystem.type}/${name}@${text}${system ? `?distro=${encodeURIComponent(ecosystem.name)}` : ''}`,
    cataloger: ecosystem.type,
    path: `some/${name}`,
    layer: 0,
    ownedBy: null,
  }
}

/** Number `index` of the advisories; `edition` 0 as first published, later ones corrected. */
export function advisoryEntry(index: number, edition: number, strange?: boolean): FeedEntry {
  const next = random(index * 7_919 + 17)
  let share = next()
  const ecosystem = ecosystems.find(({ advisories }) => (share -= advisories) < 0) ?? ecosystems[0]!
  const unknown = strange ?? next() < strangeShare
  const name = unknown ? nameIn(ecosystem, 1_000_000 + index) : nameIn(ecosystem, known(next, ecosystem.names))
  const live = next() < liveShare
  const fixed = live ? 1 + below(next, ecosystem.versions) : 0
  const severities: readonly Severity[] = ['critical', 'high', 'high', 'medium', 'medium', 'medium', 'low', 'unknown']
  const severity = severities[below(next, severities.length)]!
  const unfixed = live && next() < 0.3
  const moved = edition === 0 ? 0 : edition % 2
  const events = [
    { introduced: '0' },
    ...(unfixed && moved === 0 ? [] : [{ fixed: versionIn(ecosystem, Math.max(fixed - moved, 0)) }]),
  ]
  const cve = `CVE-2026-${100_000 + index}`
  const advisory: Advisory = {
    id: systems.includes(ecosystem) ? `${ecosystem.name.split(':', 1)[0]!.toUpperCase()}-${cve}` : `GHSA-${index}`,
    aliases: [cve],
    upstream: [],
    related: [],
    modified: '2026-01-01T00:00:00Z',
    published: '2026-01-01T00:00:00Z',
    withdrawn: edition > 0 && index % 10 === 0 ? '2026-02-01T00:00:00Z' : null,
    summary: `something goes wrong in ${name} when it is given a certain input (${index}.${edition})`,
    ratings: severity === 'unknown' ? [] : [{ source: 'CVSS_V3', severity, score: 7.5, vector: 'CVSS:3.1/AV:N/AC:L' }],
    affected: [{ ecosystem: ecosystem.name, name, versions: [], ranges: [{ type: 'ECOSYSTEM', events }], ratings: [] }],
    references: [],
  }
  return { path: `${index}.json`, hash: digestOf(JSON.stringify(advisory)).slice(7), advisory }
}

/** One that holds every version of a package. */
export function universalAdvisory(index: number, ecosystem: string, name: string): FeedEntry {
  const { advisory, ...rest } = advisoryEntry(index, 0)
  const ranges = [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed: '99.0' }] }]
  const rating = { source: 'CVSS_V3', severity: 'high' as const, score: 8.8, vector: 'CVSS:3.1/AV:N/AC:L' }
  const changed = { ...advisory, ratings: [rating], affected: [{ ecosystem, name, versions: [], ranges, ratings: [] }] }
  return { ...rest, hash: digestOf(JSON.stringify(changed)).slice(7), advisory: changed }
}

/** Adopts a state of the feed through the store's own transaction. */
export async function adopt(store: OpenStore, entries: Iterable<FeedEntry>): Promise<number> {
  const transaction = await store.feeds.begin()
  let batch: FeedEntry[] = []
  for (const entry of entries) {
    batch.push(entry)
    if (batch.length < 500) continue
    await transaction.put('osv', batch)
    batch = []
  }
  if (batch.length > 0) await transaction.put('osv', batch)
  const { advisories, ecosystems } = await transaction.count('osv')
  const feed: SnapshotFeed = {
    name: 'osv',
    kind: 'osv',
    fetched: '2026-05-01T00:00:00Z',
    records: advisories,
    advisories,
    ecosystems,
    skipped: 0,
    problems: [],
    location: 'bench',
    fingerprint: `${transaction.number}`,
  }
  return (await transaction.adopt([feed], new Date().toISOString())).number
}

interface BuiltSet {
  readonly id: number
  readonly ecosystem: Ecosystem
}

/**
 * Writes images, sets and packages into the migrated database file, as `images.save` would, in one connection of its own: a
 * hundred thousand calls would take an hour. Every image has the set of a base, or of a base with some packages on top, and
 * most have a set of one language, which follows that of the build before. `universal`: a package that lies in four of five.
 */
export function writeFleet(file: string, { images }: Pick<FleetSize, 'images'>, log: (line: string) => void): void {
  const db = new DatabaseSync(file)
  db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -400000')
  const next = random(42)
  db.exec('begin')
  const ids = writePackages(db)
  const sets = setWriter(db, ids)
  const image = imageWriter(db)

  const bases = Array.from({ length: Math.max(20, Math.round(images / 160)) }, (_, index) => {
    const ecosystem = systems[popular(next, systems.length)]!
    return { index, set: sets.fresh(ecosystem, next), layers: 1 + below(next, 3) }
  })
  for (const base of bases) {
    const name = `base-${base.index}`
    const facts = fleetFacts(name, { baseLayers: base.layers, own: 0 }, next)
    image({ name, base: base.index, own: 0, baseLayers: base.layers, sets: [base.set], facts, build: 0 })
  }

  let written = bases.length
  for (let app = 0; written < images; app++) {
    const base = bases[popular(next, bases.length)]!
    const language = languages[popular(next, languages.length + 1)]
    let system = next() < 0.3 ? sets.changed(base.set, next, 12) : base.set
    let tree = language && sets.fresh(language, next)
    const own = 3 + below(next, 5)
    const facts = fleetFacts(`app-${app}`, { baseLayers: base.layers, own }, next)
    for (let build = 0; build < buildsPerApp && written < images; build++) {
      if (tree && next() < changeShare) tree = sets.changed(tree, next, 4)
      if (system !== base.set && next() < 0.1) system = sets.changed(system, next, 3)
      image({
        name: `app-${app}-${build}`,
        base: base.index,
        baseLayers: base.layers,
        own,
        sets: tree ? [system, tree] : [system],
        facts,
        build,
      })
      written += 1
    }
    if (app % 500 === 0) log(`  ${written} images`)
  }
  db.exec('commit')
  db.exec('pragma analysis_limit = 1000; analyze')
  db.close()
}

function writePackages(db: DatabaseSync): (ecosystem: Ecosystem, name: number, version: number) => number {
  const insert = db.prepare(
    `insert into package (hash, type, ecosystem, name, version, source_name, source_version, arch, purl, licenses, owner)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertName = db.prepare('insert into package_name (name, package_id) values (?, ?)')
  const first = new Map<Ecosystem, number>()
  let id = 0
  for (const ecosystem of ecosystems) {
    first.set(ecosystem, id)
    for (let name = 0; name < ecosystem.names; name++) {
      for (let version = 0; version < ecosystem.versions; version++) {
        const row = packageRow(installedIn(ecosystem, name, version))
        const { hash, type, purl, licenses } = row
        const { source_name: source = null, source_version: sourceVersion = null, arch = null } = row
        insert.run(hash, type, row.ecosystem, row.name, row.version, source, sourceVersion, arch, purl, licenses, null)
        id += 1
        for (const text of namesOf(row)) insertName.run(text, id)
      }
    }
  }
  return (ecosystem, name, version) => first.get(ecosystem)! + name * ecosystem.versions + version + 1
}

function setWriter(db: DatabaseSync, idOf: ReturnType<typeof writePackages>) {
  const insert = db.prepare('insert into package_set (hash, kind, contents) values (?, ?, ?)')
  const insertMember = db.prepare('insert into set_package (set_id, package_id) values (?, ?)')
  /** Version by name of each set's packages; the last sets are enough to make the next from. */
  const members = new Map<number, ReadonlyMap<number, number>>()
  let id = 0
  const write = (ecosystem: Ecosystem, packages: ReadonlyMap<number, number>): BuiltSet => {
    id += 1
    const hash = createHash('sha256').update(`${id}`).digest('hex')
    const contents = contentsOf(
      Array.from(packages, () => ({ ecosystem: ecosystem.name, type: ecosystem.type, owner: null })),
    )
    insert.run(hash, systems.includes(ecosystem) ? 'os' : ecosystem.type, JSON.stringify(contents))
    const ids = Array.from(packages, ([name, version]) => idOf(ecosystem, name, version)).sort((a, b) => a - b)
    for (const member of ids) insertMember.run(id, member)
    members.set(id, packages)
    return { id, ecosystem }
  }
  return {
    fresh(ecosystem: Ecosystem, next: () => number): BuiltSet {
      const [least, most] = ecosystem.tree
      const size = least + below(next, most - least)
      const packages = new Map<number, number>()
      // Every base has the few packages without which none runs.
      if (systems.includes(ecosystem))
        for (let name = 0; name < 10; name++) packages.set(name, below(next, ecosystem.versions))
      while (packages.size < size) packages.set(popular(next, ecosystem.names), below(next, ecosystem.versions))
      return write(ecosystem, packages)
    },
    /** Some packages are another version, or new. */
    changed({ id: former, ecosystem }: BuiltSet, next: () => number, changes: number): BuiltSet {
      const packages = new Map(members.get(former))
      const names = [...packages.keys()]
      for (let change = 0; change < changes; change++) {
        const name = next() < 0.7 ? names[below(next, names.length)]! : popular(next, ecosystem.names)
        packages.set(name, below(next, ecosystem.versions))
      }
      return write(ecosystem, packages)
    },
  }
}

interface FleetImage {
  readonly name: string
  readonly base: number
  readonly baseLayers: number
  readonly own: number
  readonly sets: readonly BuiltSet[]
  readonly facts: FleetFacts
  readonly build: number
}

function imageWriter(db: DatabaseSync): (image: FleetImage) => void {
  const insert = db.prepare(
    `insert into image (digest, media_type, platform, created, size, config_digest, distro, package_count, coverage,
       engine, catalogers, scanned_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertLayers = db.prepare('insert into image_layers (image_id, layers) values (?, ?)')
  const insertSet = db.prepare('insert into image_set (image_id, set_id) values (?, ?)')
  const insertFacts = db.prepare('insert into image_facts (image_id, facts) values (?, ?)')
  const insertChecks = db.prepare('insert into image_checks (image_id, body) values (?, ?)')
  const insertChain = db.prepare('insert into image_chain (chain, is_top, image_id, depth) values (?, ?, ?, ?)')
  const insertLocation = db.prepare('insert into location (registry, repository) values (?, ?)')
  const insertSighting = db.prepare(
    'insert into sighting (location_id, digest, first_seen, last_seen) values (?, ?, ?, ?)',
  )
  const insertTag = db.prepare(
    'insert into tag (location_id, tag, digest, first_seen, last_seen) values (?, ?, ?, ?, ?)',
  )
  const at = '2026-05-01T12:00:00.000Z'
  const location = new Map<string, number>()
  const catalogers = JSON.stringify(
    Object.fromEntries(['dpkg', 'apk', 'rpm', 'npm', 'python'].map((name) => [name, 1])),
  )
  const distros: Readonly<Record<string, string>> = {
    'Debian:12': '{"id":"debian","version":"12","ecosystem":"Debian:12"}',
    'Debian:11': '{"id":"debian","version":"11","ecosystem":"Debian:11"}',
    'Ubuntu:22.04:LTS': '{"id":"ubuntu","version":"22.04","ecosystem":"Ubuntu:22.04:LTS"}',
    'Alpine:v3.20': '{"id":"alpine","version":"3.20.1","ecosystem":"Alpine:v3.20"}',
  }
  let id = 0
  return ({ name, base, baseLayers, own, sets, facts, build }) => {
    id += 1
    const digest = digestOf(name)
    const layer = (text: string) => ({
      digest: digestOf(text),
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      size: 5_000_000,
      diffId: digestOf(`diff ${text}`) as Digest | null,
      createdBy: `RUN /bin/sh -c apt-get install -y something && rm -rf /var/lib/apt/lists/* # ${text}`,
    })
    const layers = [
      ...Array.from({ length: baseLayers }, (_, index) => layer(`base ${base} ${index}`)),
      ...Array.from({ length: own }, (_, index) => layer(`${name} ${index}`)),
    ]
    const coverage = JSON.stringify(layers.map((_, index) => ({ subject: `layer ${index}`, status: 'done' })))
    const distro = distros[sets[0]!.ecosystem.name]!
    const media = 'application/vnd.oci.image.manifest.v1+json'
    const config = digestOf(`config ${name}`)
    insert.run(digest, media, 'linux/amd64', at, 5e8, config, distro, 300, coverage, '0.1.0', catalogers, at)
    insertLayers.run(id, JSON.stringify(layers))
    for (const set of sets) insertSet.run(id, set.id)
    insertFacts.run(id, facts.factsOf(build))
    insertChecks.run(id, facts.body)
    chainIds(layers).forEach((chain, index) => {
      insertChain.run(chain, index + 1 === layers.length ? 1 : 0, id, index + 1)
    })
    const [repository, tag] =
      own === 0 ? [`bases/${name}`, 'latest'] : [name.replace(/-\d+$/, ''), name.split('-').at(-1)!]
    if (!location.has(repository)) {
      location.set(repository, Number(insertLocation.run('harbor', repository).lastInsertRowid))
    }
    const place = location.get(repository)!
    insertSighting.run(place, digest, at, at)
    insertTag.run(place, tag, digest, at, at)
  }
}
