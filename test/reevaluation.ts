import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../src/adapters/store/create-store.ts'
import type { BaseSummary } from '../src/adapters/store/rebuild-records.ts'
import type { ScanRecord, Snapshot } from '../src/adapters/store/records.ts'
import type { Store } from '../src/adapters/store/store.ts'
import { digestOf, type Digest } from '../src/core/image/digest.ts'
import type { Distro, InstalledPackage } from '../src/core/inventory/package.ts'
import type { Advisory } from '../src/core/match/advisory.ts'
import { parseOsv } from '../src/core/match/osv.ts'
import type { Policy } from '../src/core/policy/policy.ts'
import { readyRules, type RuleDocuments, type Rules } from '../src/core/policy/rules.ts'
import { currentCoverage, judgeImage } from '../src/flows/judge-image.ts'
import { judgeAsOfNow } from '../src/flows/judge-as-of-now.ts'
import { foreseeRebuilds } from '../src/flows/foresee-rebuilds.ts'
import { knownThen, type Then } from '../src/flows/known-then.ts'
import { reevaluate } from '../src/flows/reevaluate.ts'
import { replayVerdict } from '../src/flows/replay-verdict.ts'
import type { DatabaseServer } from './store-contract.ts'
import { exception, policy } from './support/policy-records.ts'
import { builtInRules } from './support/rules.ts'
import { deb, feed, npm, scan } from './support/store-records.ts'

/*
 * Whatever happens to a fleet, in whatever order, and wherever the process dies: once re-evaluation has come to its end, every
 * image has the verdict and the findings that a new store would give it.
 */

const distros: readonly (Distro | null)[] = [
  { id: 'debian', version: '12', ecosystem: 'Debian:12' },
  { id: 'debian', version: '13', ecosystem: 'Debian:13' },
  null,
]
const names = ['alpha', 'Gamma_x', 'gamma-x']
const versions = ['1.0', '1.5', '2.0', 'not a version']
const severities = ['CRITICAL', 'HIGH', 'MODERATE', 'LOW', null]

const first = exception('first', { vulnerabilities: ['ADV-1', 'CVE-2026-1'], packages: ['alpha', 'pkg:npm/gamma-x'] })
const strict = policy('strict', {
  vulnerabilities: [
    { name: 'high', severity: 'high', fixable: true, action: 'fail' },
    { name: 'all', severity: 'low', action: 'warn' },
  ],
  onIncomplete: 'warn',
})
/** The one that these images fail by themselves: whether one was rebuilt since a fix is known to the store alone that saw it come. */
const userCheck = 'CIS-DI-0001'
const exploited: readonly Policy[] = [
  policy('exploited', {
    vulnerabilities: [
      { name: 'exploited', kev: true, action: 'fail' },
      { name: 'likely', epss: 0.5, action: 'warn' },
      { name: 'named', packages: ['gamma-x'], action: 'warn' },
      { name: 'rated', score: 7, fixable: false, action: 'warn' },
    ],
    secrets: [{ name: 'keys', layers: 'own', action: 'fail' }],
    checks: [{ name: 'own', ids: [userCheck], layers: 'own', undecidable: 'ignore', action: 'warn' }],
    base: [{ name: 'golden', allow: ['hub/base:*'], maxDays: 500, unknown: 'warn', action: 'fail' }],
    staleness: { maxHours: 24 * 400, action: 'warn' },
  }),
  policy('places', {
    priority: 1,
    scopes: [{ repositories: ['team'], tags: ['prod'] }, { bases: ['hub/base:v1'] }],
    vulnerabilities: [{ name: 'all', action: 'fail' }],
  }),
]
const documents: readonly RuleDocuments[] = [
  { policies: [], exceptions: [] },
  { policies: [strict], exceptions: [first] },
  { policies: [strict], exceptions: [{ ...first, until: '2029-01-01T00:00:00.000Z' }] },
  {
    policies: [
      policy('packages', {
        priority: 5,
        scopes: [{ labels: { tier: 'prod*' } }],
        packages: [
          { name: 'denied', deny: ['alpha'], action: 'fail' },
          { name: 'licences', licenses: { deny: ['I*'], unknown: 'warn' }, action: 'fail' },
          { name: 'least', minimum: { 'gamma-x': '1.5' }, action: 'warn' },
        ],
        checks: [{ name: 'user', ids: [userCheck], layers: 'all', undecidable: 'ignore', action: 'fail' }],
        image: [{ name: 'fresh', maxDays: 600, action: 'warn' }],
      }),
      policy('all', {
        vulnerabilities: [{ name: 'npm', ecosystems: ['npm'], kev: false, action: 'fail' }],
        onIncomplete: 'ignore',
      }),
    ],
    exceptions: [
      exception('second', {
        vulnerabilities: ['ADV-2'],
        scopes: [{ labels: { tier: 'test' } }],
        until: null,
        by: 'vex',
      }),
      exception('user', {
        checks: ['CIS-DI-0001'],
        from: '2027-06-01T00:00:00.000Z',
        until: '2028-06-01T00:00:00.000Z',
      }),
    ],
  },
  {
    policies: exploited,
    exceptions: [
      exception('place', { vulnerabilities: ['ADV-3', 'CVE-2026-0002'], scopes: [{ registries: ['hub'] }] }),
      exception('key', { secrets: [{ rule: 'private-key', path: 'etc/*' }], until: '2027-06-01T00:00:00.000Z' }),
      exception('shared', { vulnerabilities: ['ADV-2'], packages: ['pkg:npm/**'] }),
    ],
  },
  { policies: exploited, exceptions: [] },
  {
    policies: exploited,
    exceptions: [
      exception('place', { vulnerabilities: ['ADV-3', 'ADV-1'], packages: ['gamma-x', 'alpha'] }),
      exception('wide', { vulnerabilities: ['ADV-0', 'ADV-4', 'ADV-5'], until: '2026-12-01T00:00:00.000Z' }),
    ],
  },
  {
    policies: [
      policy('patient', {
        vulnerabilities: [
          { name: 'old', fixDays: 500, severity: 'low', action: 'fail' },
          { name: 'rest', kev: false, action: 'fail', grace: { days: 400, during: 'warn' } },
        ],
      }),
    ],
    exceptions: [exception('shared', { vulnerabilities: ['ADV-2', 'ADV-4'], packages: ['pkg:npm/**'] })],
  },
]
/** Since when a fix is known is known to the store alone that saw it come: these are held against the same store. */
const untold = documents.length - 1

interface FleetImage {
  readonly name: string
  readonly distro: number
  readonly packages: readonly FleetPackage[]
}

interface FleetPackage {
  readonly ecosystem: 'npm' | 'PyPI' | 'Debian'
  readonly name: number
  readonly version: number
  readonly license: number
  readonly owned: boolean
}

interface FleetAdvisory {
  readonly id: number
  readonly ecosystem: string
  readonly name: number
  readonly fixed: string | null
  readonly severity: number
  readonly alias: number | null
  readonly withdrawn: boolean
}

/** What is known of the exploitation of one vulnerability; null: nothing more. */
interface FleetFact {
  readonly kind: 'kev' | 'epss'
  readonly alias: number
  readonly value: number | null
}

/** Where an image is seen, or no longer lies. */
interface FleetPlace {
  readonly image: number
  readonly repository: string
  readonly tag: string | null
  readonly gone: boolean
}

/** Where the process dies, and what other processes do after a number of its calls; null: nothing of that. */
interface Trouble {
  readonly dies: number | null
  readonly others: { readonly after: number; readonly steps: readonly Step[] } | null
}

type Step =
  | {
      readonly kind: 'adopt'
      readonly records: readonly FleetAdvisory[]
      readonly gone: readonly number[]
      readonly facts: readonly FleetFact[]
    }
  | ({ readonly kind: 'place' } & FleetPlace)
  | ({ readonly kind: 'push'; readonly image: number; readonly matching: boolean; readonly anew: boolean } & Trouble)
  | ({ readonly kind: 'reevaluate'; readonly full: boolean } & Trouble)
  | { readonly kind: 'rules'; readonly documents: number }
  | ({ readonly kind: 'foresee' } & Trouble)
  | { readonly kind: 'time'; readonly months: number }

const fleetPackage: fc.Arbitrary<FleetPackage> = fc.record({
  ecosystem: fc.constantFrom('npm', 'PyPI', 'Debian', 'Debian'),
  name: fc.nat(names.length - 1),
  version: fc.nat(versions.length - 1),
  license: fc.nat(1),
  owned: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
})
const fleetAdvisory: fc.Arbitrary<FleetAdvisory> = fc.record({
  id: fc.nat(7),
  ecosystem: fc.constantFrom('npm', 'PyPI', 'Debian:12', 'Debian:13'),
  name: fc.nat(names.length - 1),
  fixed: fc.constantFrom(null, '1.2', '3.0'),
  severity: fc.nat(severities.length - 1),
  alias: fc.option(fc.nat(2)),
  withdrawn: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})
const adoption: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('adopt' as const),
  records: fc.array(fleetAdvisory, { minLength: 1, maxLength: 4 }),
  gone: fc.array(fc.nat(7), { maxLength: 2 }),
  facts: fc.array(
    fc.record({
      kind: fc.constantFrom('kev' as const, 'epss' as const),
      alias: fc.nat(2),
      value: fc.constantFrom(null, 0.2, 0.7),
    }),
    { maxLength: 2 },
  ),
})
const placing: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('place' as const),
  image: fc.nat(4),
  repository: fc.constantFrom('team', 'base'),
  tag: fc.constantFrom(null, 'prod', 'v1'),
  gone: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
})
const ruling: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('rules' as const),
  documents: fc.nat(documents.length - 1),
})
const rarely = (times: number): fc.Arbitrary<boolean> => fc.integer({ min: 1, max: times }).map((n) => n === times)
const pushing = (trouble: fc.Arbitrary<Trouble>, anew: fc.Arbitrary<boolean>): fc.Arbitrary<Step> =>
  fc
    .tuple(fc.record({ image: fc.nat(4), unmatched: rarely(10), anew }), trouble)
    .map(([{ unmatched, ...pushed }, hit]) => ({ kind: 'push', matching: !unmatched, ...pushed, ...hit }))
const reevaluating = (trouble: fc.Arbitrary<Trouble>): fc.Arbitrary<Step> =>
  fc.tuple(rarely(8), trouble).map(([full, hit]) => ({ kind: 'reevaluate', full, ...hit }))
const quietly: Trouble = { dies: null, others: null }
const quiet = fc.constant(quietly)
const others = fc.array(fc.oneof(adoption, pushing(quiet, fc.constant(false)), reevaluating(quiet), ruling, placing), {
  minLength: 1,
  maxLength: 3,
})
const trouble: fc.Arbitrary<Trouble> = fc.record({
  dies: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 1 }),
  others: fc.option(fc.record({ after: fc.nat(20), steps: others }), { freq: 1 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: adoption },
  { weight: 5, arbitrary: pushing(trouble, rarely(4)) },
  { weight: 5, arbitrary: reevaluating(trouble) },
  { weight: 3, arbitrary: ruling },
  { weight: 2, arbitrary: placing },
  { weight: 2, arbitrary: trouble.map((hit): Step => ({ kind: 'foresee', ...hit })) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), months: fc.constantFrom(1, 4, 8, 20) }) },
)
const fleet: fc.Arbitrary<readonly FleetImage[]> = fc
  .array(fc.record({ distro: fc.nat(distros.length - 1), packages: fc.array(fleetPackage, { maxLength: 6 }) }), {
    minLength: 5,
    maxLength: 5,
  })
  .map((images) => images.map((image, index) => ({ name: `image ${index}`, ...image })))

function installed(
  { ecosystem, name, version, license, owned }: FleetPackage,
  distro: Distro | null,
): InstalledPackage {
  const rest = {
    licenses: [['MIT'], ['ISC']][license]!,
    ownedBy: owned ? 'pkg:deb/debian/owner@1' : null,
  }
  const [named = '', versioned = ''] = [names[name], versions[version]]
  if (ecosystem === 'npm') return npm(named, versioned, rest)
  if (ecosystem === 'Debian') {
    const source = { name: named, version: versioned }
    return deb(`lib${named}`, versioned, { ...rest, source, ecosystem: distro?.ecosystem ?? null, ownedBy: null })
  }
  const purl = `pkg:pypi/${named.toLowerCase().replaceAll('_', '-')}@${versioned}`
  return npm(named, versioned, { ...rest, type: 'pypi', ecosystem: 'PyPI', purl })
}

function advisoryOf({ id, ecosystem, name, fixed, severity, alias, withdrawn }: FleetAdvisory): Advisory {
  const events = [{ introduced: '0' }, ...(fixed === null ? [] : [{ fixed }])]
  const text = JSON.stringify({
    id: `ADV-${id}`,
    modified: '2026-01-01T00:00:00Z',
    aliases: alias === null ? [] : [`CVE-2026-000${alias}`],
    ...(withdrawn && { withdrawn: '2026-02-01T00:00:00Z' }),
    ...(severities[severity] && { database_specific: { severity: severities[severity] } }),
    affected: [{ package: { ecosystem, name: names[name] }, ranges: [{ type: 'ECOSYSTEM', events }] }],
  })
  return parseOsv(text, () => undefined)!
}

class Died extends Error {}

/** The store as a process sees it that dies at one call, and is overtaken by others before another. */
function troubled(store: Store, { dies, others }: Trouble, overtake: (steps: readonly Step[]) => Promise<void>): Store {
  let calls = 0
  const wrap = (target: object): object =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name)
        if (typeof value === 'object' && value !== null) return wrap(value)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          calls += 1
          if (calls === dies) throw new Died()
          const call = (): unknown => Reflect.apply(value, of, args)
          // The one that gives an iterator and no promise.
          if (calls - 1 !== others?.after || name === 'touched') return call()
          return overtake(others.steps).then(call)
        }
      },
    })
  return wrap(store) as Store
}

interface World {
  readonly store: Store
  readonly images: readonly FleetImage[]
  readonly feed: Map<number, FleetAdvisory>
  readonly pushed: Set<number>
  readonly facts: Map<string, FleetFact>
  readonly places: ((store: Store) => Promise<void>)[]
  /** How often newer catalogers have read an image: every other time they see something else in it. */
  readonly readings: Map<number, number>
  readonly settled: Settled[]
  documents: number
  rules: Rules
  now: Date
}

/** How an image was judged when re-evaluation had come to its end. */
interface Settled extends Then {
  readonly image: number
  readonly reading: number
  /** How many images were stored: another one may be its base. */
  readonly stored: number
  readonly documents: number
  readonly verdict: Awaited<ReturnType<typeof judged>>
}

const never = new AbortController().signal

async function adopt(
  store: Store,
  { records, gone, facts }: Omit<Step & { kind: 'adopt' }, 'kind'>,
): Promise<Snapshot> {
  const transaction = await store.feeds.begin()
  const entries = [...new Map(records.map((record) => [record.id, record])).values()].map((record) => {
    const advisory = advisoryOf(record)
    return { path: `${advisory.id}.json`, hash: digestOf(JSON.stringify(advisory)), advisory }
  })
  await transaction.put('osv', entries)
  await transaction.remove(
    'osv',
    gone.map((id) => `ADV-${id}.json`),
  )
  for (const { kind, alias, value } of facts) {
    const key = `CVE-2026-000${alias}`
    if (value === null) await transaction.removeFacts(kind, [key])
    else await transaction.putFacts(kind, kind, [{ key, value: JSON.stringify({ score: value }) }])
  }
  return transaction.adopt([feed('osv', await transaction.count('osv'))], '2026-05-01T00:00:00Z')
}

/** What differs between images beside their packages: the second and the third are built on the first, the last on the fourth. */
function factsOf(
  index: number,
  reading: number,
): Pick<ScanRecord, 'labels' | 'checks' | 'secrets' | 'layers' | 'created'> {
  const evidence = [{ text: 'no USER', layer: index % 2 === 0 ? null : 0 }]
  const user = { id: userCheck, title: 'user', level: 'high', status: 'fail', evidence } as const
  const where = { where: 'file', line: 1, deletedInLayer: null, redacted: '' } as const
  const key = {
    rule: 'private-key',
    title: 'key',
    path: index === 4 ? 'root/key' : 'etc/key',
    layer: 0,
    ...where,
  } as const
  const lowest = index < 3 ? 0 : 3
  const [layer] = scan('layers').layers
  return {
    labels: { tier: index % 2 === 0 ? 'production' : 'test' },
    checks: index % 3 === reading % 2 || index === 1 ? [user] : [],
    secrets: index > 1 ? [key] : [],
    layers: Array.from({ length: index - lowest + 1 }, (_, at) => ({
      ...layer!,
      digest: digestOf(`layer ${lowest + at}`),
    })),
    created: index === 3 ? null : `202${5 + (index % 2)}-04-01T00:00:00Z`,
  }
}

const place = { registry: 'hub', repository: 'team/app' }

async function observe({ store, images, now }: World, index: number): Promise<void> {
  await store.sightings.observe(place, digestOf(images[index]!.name), null, now.toISOString())
}

async function foresee({ store, rules, now }: World): Promise<void> {
  await foreseeRebuilds({ store, rules: async () => rules, now: () => now }, never)
}

/** In one order, whichever was stored first. */
async function rebuildsOf({ store }: World): Promise<readonly BaseSummary[]> {
  const { items } = await store.rebuilds.list({}, { limit: 10 })
  return items.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
}

async function push(world: World, index: number, matching: boolean, trouble: Trouble): Promise<void> {
  const { images, rules, now } = world
  const store = troubled(world.store, trouble, (steps) => takeAll(world, steps))
  const image = images[index]!
  const distro = distros[image.distro]!
  const reading = world.readings.get(index) ?? 0
  const packages = image.packages.slice(reading % 2).map((found) => installed(found, distro))
  await store.images.save(
    scan(image.name, packages, { distro, ...factsOf(index, reading), scannedAt: now.toISOString() }),
  )
  await judgeAsOfNow(digestOf(image.name), { store, rules: async () => rules, now: () => now, matching }, never)
}

async function take(world: World, taken: Step): Promise<void> {
  const { store, feed: records } = world
  switch (taken.kind) {
    case 'adopt': {
      const gone = taken.gone.filter((id) => !taken.records.some((record) => record.id === id))
      await adopt(store, { ...taken, gone })
      for (const fact of taken.facts) world.facts.set(`${fact.kind} ${fact.alias}`, fact)
      for (const record of taken.records) records.set(record.id, record)
      for (const id of gone) records.delete(id)
      return
    }
    case 'push':
      world.pushed.add(taken.image)
      if (taken.anew) world.readings.set(taken.image, (world.readings.get(taken.image) ?? 0) + 1)
      return push(world, taken.image, taken.matching, taken)
    case 'place': {
      const at = new Date(Date.UTC(2026, 0, 1, 0, 0, world.places.length)).toISOString()
      const place = (where: Store): Promise<void> => put(where, taken, at)
      world.places.push(place)
      return place(store)
    }
    case 'foresee': {
      const mortal = troubled(store, taken, (steps) => takeAll(world, steps))
      return foresee({ ...world, store: mortal })
    }
    case 'rules':
      world.documents = taken.documents
      world.rules = readyRules(documents[taken.documents]!)
      return
    case 'time':
      world.now = new Date(Date.UTC(world.now.getUTCFullYear(), world.now.getUTCMonth() + taken.months, 1))
      return
    case 'reevaluate': {
      const { rules, now } = world
      const mortal = troubled(store, taken, (steps) => takeAll(world, steps))
      const deps = { store: mortal, rules: async () => rules, now: () => now, announce: async () => {} }
      await reevaluate('feed', deps, never, { full: taken.full })
      if (taken.others === null) await settle(world)
    }
  }
}

async function put(store: Store, { image, repository, tag, gone }: FleetPlace, at: string): Promise<void> {
  const location = { registry: 'hub', repository }
  const digest = digestOf(`image ${image}`)
  if (!gone) return store.sightings.observe(location, digest, tag, at)
  return store.sightings.forget(location, tag === null ? { digest } : { tag })
}

async function takeAll(world: World, steps: readonly Step[]): Promise<void> {
  for (const taken of steps) await survive(world, taken)
}

async function survive(world: World, taken: Step): Promise<void> {
  try {
    await take(world, taken)
  } catch (error) {
    if (!(error instanceof Died)) throw error
  }
}

async function judged(store: Store, digest: Digest) {
  const verdict = await store.verdicts.current(digest)
  if (!verdict) return undefined
  const { outcome, policy: name, reasons, counts } = verdict
  return { outcome, policy: name, reasons, counts }
}

async function settle({
  store,
  images,
  pushed,
  readings,
  documents: number,
  rules,
  now,
  settled,
}: World): Promise<void> {
  const snapshot = await store.feeds.current()
  for (const image of pushed) {
    const verdict = await judged(store, digestOf(images[image]!.name))
    const reading = readings.get(image) ?? 0
    settled.push({
      image,
      reading,
      stored: pushed.size,
      documents: number,
      verdict,
      time: now.toISOString(),
      snapshot,
      rules,
    })
  }
}

async function seen({ store, now }: World, digest: Digest) {
  const verdict = await store.verdicts.current(digest)
  const image = await store.images.get(digest)
  const findings = await store.images.findings(digest)
  if (!verdict || !image) throw new Error(`${digest} has no verdict`)
  const { outcome, policy: name, reasons, counts, snapshot, until } = verdict
  const packages = await store.images.packages(digest)
  const at = { store, now: () => now }
  return {
    verdict: { outcome, policy: name, reasons, counts, snapshot, until },
    listed: (await store.images.list({ outcome }, { limit: 10 })).items.find((item) => item.digest === digest)?.counts,
    coverage: await currentCoverage(image, packages, await store.feeds.current(), at),
    findings: findings.map((finding) => ({ ...finding, firstSeen: null })),
  }
}

export function describeReevaluation(title: string, runs: number, start: () => Promise<DatabaseServer>): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller's literal
  describe(title, () => {
    let server: DatabaseServer
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())

    const opened = async (): Promise<Awaited<ReturnType<typeof createStore>>> => {
      const store = await createStore({ url: await server.newDatabase() })
      await store.migrate()
      return store
    }

    test('incremental equals full, whatever happens in whatever order and wherever the process dies', async () => {
      await fc.assert(
        fc.asyncProperty(fleet, fc.array(step, { maxLength: 20 }), async (images, steps) => {
          const store = await opened()
          const world: World = {
            store,
            images,
            feed: new Map(),
            pushed: new Set(),
            facts: new Map(),
            places: [],
            readings: new Map(),
            settled: [],
            documents: 0,
            rules: builtInRules,
            now: new Date(Date.UTC(2026, 4, 1)),
          }
          const fresh = await opened()
          try {
            await takeAll(world, steps)
            // A push whose worker died is tried again.
            for (const index of diedPushing(steps)) await push(world, index, true, quietly)
            await take(world, { kind: 'reevaluate', full: false, ...quietly })

            const current = await store.feeds.current()
            for (const index of world.pushed) {
              const digest = digestOf(images[index]!.name)
              const before = await seen(world, digest)
              await judgeImage(digest, current, 'again', {
                store,
                rules: async () => world.rules,
                now: () => world.now,
              })
              expect(before.verdict).toEqual({
                ...(await seen(world, digest)).verdict,
                snapshot: before.verdict.snapshot,
              })
            }
            for (const index of world.pushed) await everyVerdictIsReplayed(store, digestOf(images[index]!.name))
            for (const then of world.settled) await isKnownAsItWas(world, then)
            if (world.documents === untold) return

            const none = { records: [], gone: [], facts: [] }
            for (let number = 1; number < (current?.number ?? 0); number++) await adopt(fresh, none)
            const facts = [...world.facts.values()]
            if (current) await adopt(fresh, { records: [...world.feed.values()], gone: [], facts })
            const other = { ...world, store: fresh }
            for (const place of world.places) await place(fresh)
            for (let time = 0; time < 2; time++)
              for (const index of world.pushed) await push(other, index, true, quietly)
            for (const index of world.pushed) {
              const digest = digestOf(images[index]!.name)
              expect(await seen(world, digest)).toEqual(await seen(other, digest))
            }
            for (const one of [world, other]) {
              for (const index of world.pushed) await observe(one, index)
              await take(one, { kind: 'reevaluate', full: false, ...quietly })
              await foresee(one)
            }
            expect(await rebuildsOf(world)).toEqual(await rebuildsOf(other))
          } finally {
            await store.close()
            await fresh.close()
          }
        }),
        { numRuns: runs },
      )
    }, 120_000)
  })
}

async function everyVerdictIsReplayed(store: Store, digest: Digest): Promise<void> {
  const { items } = await store.verdicts.history(digest, { limit: 1_000 })
  expect(items.length).toBeGreaterThan(0)
  for (const { id } of items) {
    const { result, verdict, replayed } = await replayVerdict(digest, id, store)
    expect({ result, ...replayed }).toEqual({
      result: 'same',
      ...(({ outcome, policy: name, reasons, counts, until }) => ({ outcome, policy: name, reasons, counts, until }))(
        verdict,
      ),
    })
  }
}

/** Where places are asked, the steps' times say nothing of their order; where fixes or bases are, the store of today knows more. */
async function isKnownAsItWas({ store, images, readings, pushed }: World, settled: Settled): Promise<void> {
  const { image: index, reading, stored, documents: number, verdict, ...then } = settled
  if (!verdict || reading !== (readings.get(index) ?? 0) || number === untold || then.rules.asksPlaces) return
  const image = await store.images.get(digestOf(images[index]!.name))
  if (stored !== pushed.size && then.rules.asksBase((await store.images.facts(image!.digest))!)) return
  const known = await knownThen(image!, then, store)
  const { outcome, policy: name, reasons, counts } = known.verdict
  expect({ outcome, policy: name, reasons, counts }).toEqual(verdict)
}

function diedPushing(steps: readonly Step[]): Set<number> {
  return new Set(steps.flatMap((taken) => (taken.kind === 'push' && taken.dies !== null ? [taken.image] : [])))
}
