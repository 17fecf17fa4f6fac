import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { queueMigrations } from '../src/adapters/queue/job-table.ts'
import { createStore, type OpenStore } from '../src/adapters/store/create-store.ts'
import type { MatchSubject } from '../src/core/match/finding.ts'
import type { Advisory } from '../src/core/match/advisory.ts'
import { findMatches } from '../src/core/match/find.ts'
import { lookupKeys } from '../src/core/match/lookup.ts'
import { ratingIds, withRatings } from '../src/core/match/rate.ts'
import { emptyPolicy } from '../src/core/policy/policy.ts'
import { readyRules, type Rules } from '../src/core/policy/rules.ts'
import { foreseeRebuilds } from '../src/flows/foresee-rebuilds.ts'
import { previewRules } from '../src/flows/preview-rules.ts'
import type { PushGate } from '../src/flows/push-gate.ts'
import { reevaluate, type Reevaluation } from '../src/flows/reevaluate.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { copyFleet } from './copy-fleet.ts'
import { createPushes } from './pushes.ts'
import { adopt, advisoryEntry, packageVersions, random, universalAdvisory, writeFleet } from './fleet.ts'

/*
 * npm run bench:rescan [-- --images n] [--advisories n] [--postgres] [--json] [--keep directory]
 *
 * Makes a fleet, then measures what a feed change costs: to committed verdicts, against matching every image and against
 * matching every package version once, and in the worst case, which pushes must not wait for. Progress goes to stderr.
 */
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    advisories: { type: 'string', default: '300000' },
    changes: { type: 'string', default: '1000' },
    sample: { type: 'string', default: '40' },
    postgres: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
})
const size = { images: Number(values.images), advisories: Number(values.advisories) }
/** Of pushes when nothing else is done: enough for a median. Before it, threads and statements are warmed up. */
const idleMs = 10_000
const warmUpMs = 1_000
const log = (line: string): void => console.error(line)
const directory = values.keep ?? mkdtempSync(join(tmpdir(), 'tallyman-rescan-'))
const file = join(directory, 'tallyman.db')
const signal = new AbortController().signal
const rules = readyRules({ policies: [], exceptions: [] })
/** Asks what nobody asked before of every finding and every package. */
const otherRules = readyRules({
  policies: [
    {
      ...emptyPolicy,
      name: 'other',
      vulnerabilities: [
        { name: 'exploited', kev: true, action: 'fail' },
        { name: 'old', severity: 'critical', fixDays: 30, action: 'warn' },
        { name: 'npm', severity: 'high', ecosystems: ['npm'], grace: { days: 14, during: 'warn' }, action: 'fail' },
      ],
      packages: [{ name: 'denied', deny: ['npm-package-7', 'debian-package-9*'], action: 'warn' }],
    },
  ],
  exceptions: [],
})

const server = values.postgres ? await startPostgres() : undefined
const store = await createStore({ url: server?.url ?? file, extraMigrations: queueMigrations })
const isNew = (await store.migrate()).length > 0
try {
  const figures = await measure(store)
  if (values.json) console.log(JSON.stringify(figures))
  else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(34)} ${JSON.stringify(value)}`)
} finally {
  await store.close()
  await server?.stop()
  if (values.keep === undefined) rmSync(directory, { recursive: true })
}

async function measure(opened: OpenStore): Promise<Record<string, unknown>> {
  if (isNew) {
    log(`writing ${size.images} images`)
    await fillStore(opened)
    log(`reading ${size.advisories} advisories`)
    await adopt(opened, initialAdvisories())
  }
  log('first evaluation')
  const first = await evaluate(opened)
  const rebuildsFirst = await timed(() => foresee(opened))
  const bytes = await storeBytes(opened)

  log(`a delta of ${values.changes} advisories`)
  await adopt(opened, changes(Number(values.changes)))
  const delta = await evaluate(opened)
  const rebuildsDelta = await timed(() => foresee(opened))

  log('naive: every package of every image')
  const naive = await naiveSeconds(opened, Number(values.sample))
  log('deduplicated: every package version once')
  const before = await fingerprint(opened)
  const full = await evaluate(opened, { full: true })
  const equal = (await fingerprint(opened)) === before

  log('worst case: one advisory that touches most images')
  const worst = await worstCase(opened)
  log('preview of another policy')
  const preview = await previewFigures(opened)
  log('an exception, then another policy')
  const exception = await evaluate(opened, { under: await withException(opened) })
  const policyEdit = await evaluate(opened, { under: otherRules })
  log('queries')
  const queries = await queryFigures(opened)
  return {
    ...size,
    packages: packageVersions,
    bytesPerImage: Math.round(bytes / size.images),
    first: figuresOf(first),
    delta: figuresOf(delta),
    rebuilds: { first: rounded(rebuildsFirst.seconds), delta: rounded(rebuildsDelta.seconds) },
    naive: { seconds: rounded(naive), ratioToDelta: rounded(naive / delta.seconds) },
    full: { ...figuresOf(full), equal, ratioToDelta: rounded(full.seconds / delta.seconds) },
    worst,
    preview,
    exception: figuresOf(exception),
    policyEdit: figuresOf(policyEdit),
    queries,
  }
}

/** The fleet is made in an SQLite file either way, so that both databases hold the same. */
async function fillStore(opened: OpenStore): Promise<void> {
  if (server) {
    const lite = await createStore({ url: file, extraMigrations: queueMigrations })
    await lite.migrate()
    await lite.close()
  }
  writeFleet(file, size, log)
  if (server) await copyFleet(file, opened)
}

async function storeBytes({ db }: OpenStore): Promise<number> {
  if (!server) return statSync(file).size
  const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(db)
  return rows[0]!.bytes
}

function* initialAdvisories() {
  for (let index = 0; index < size.advisories; index++) yield advisoryEntry(index, 0)
}

/** Half are new, half are corrections of known ones; a tenth of these withdrawn. */
function* changes(count: number) {
  const next = random(7)
  for (let change = 0; change < count; change++) {
    if (change % 2 === 0) yield advisoryEntry(size.advisories + change, 0)
    else yield advisoryEntry(Math.floor(next() * size.advisories), 1)
  }
}

interface Timed<T> {
  readonly seconds: number
  readonly result: T
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now()
  const result = await work()
  return { seconds: (performance.now() - started) / 1000, result }
}

interface Evaluated {
  /** Until every verdict and what is to be announced was committed, and of these until every package was matched. */
  readonly seconds: number
  readonly matchingSeconds: number
  /** Of telling about them, which nobody waits for. */
  readonly announcingSeconds: number
  /** User and system time of all of it: says more than seconds where other programs run beside it. */
  readonly cpuSeconds: number
  readonly result: Reevaluation
}

async function evaluate(
  opened: OpenStore,
  { full = false, gate, under = rules }: { full?: boolean; gate?: PushGate; under?: Rules } = {},
): Promise<Evaluated> {
  const times = { started: performance.now(), matched: 0, finished: 0 }
  const before = process.cpuUsage()
  const { carry, finish } = opened.reevaluation
  const reevaluation = {
    ...opened.reevaluation,
    carry: (limit: number) => {
      times.matched ||= performance.now()
      return carry(limit)
    },
    finish: (...target: Parameters<typeof finish>) =>
      finish(...target).finally(() => {
        times.finished = performance.now()
      }),
  }
  const deps = {
    store: { ...opened, reevaluation },
    rules: async () => under,
    now: () => new Date(),
    announce: async () => {},
    ...(gate && { pause: gate.pause }),
  }
  const result = await reevaluate('feed', deps, signal, { full })
  const { started, matched, finished } = times
  const { user, system } = process.cpuUsage(before)
  return {
    seconds: (finished - started) / 1000,
    matchingSeconds: (matched - started) / 1000,
    announcingSeconds: (performance.now() - finished) / 1000,
    cpuSeconds: (user + system) / 1e6,
    result,
  }
}

function figuresOf(evaluated: Evaluated): Record<string, number> {
  const { seconds, matchingSeconds, announcingSeconds, cpuSeconds, result } = evaluated
  return {
    seconds: rounded(seconds),
    matching: rounded(matchingSeconds),
    announcing: rounded(announcingSeconds),
    cpu: rounded(cpuSeconds),
    ...result,
  }
}

/** With the CPU time of this process, which does nothing else: on a shared machine it says more than the clock. */
async function previewFigures(opened: OpenStore): Promise<Record<string, unknown>> {
  const before = process.cpuUsage()
  const work = () => previewRules(otherRules, { store: opened, now: () => new Date() }, signal)
  const { seconds, result } = await timed(work)
  const cpu = process.cpuUsage(before)
  const cpuSeconds = (cpu.user + cpu.system) / 1e6
  return { seconds: rounded(seconds), cpuSeconds: rounded(cpuSeconds), images: result.images, flips: result.flips }
}

/** One exception for the vulnerability that most package versions have of those that make images fail. */
async function withException(opened: OpenStore): Promise<Rules> {
  const { vulnerability } = await opened.db
    .selectFrom('package_match')
    .select('vulnerability')
    .where('severity', '=', 'high')
    .where('fixable', '=', 1)
    .groupBy('vulnerability')
    .orderBy((eb) => eb.fn.countAll(), 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  const exception = {
    id: 'bench',
    vulnerabilities: [vulnerability],
    packages: [],
    checks: [],
    secrets: [],
    scopes: [],
    reason: 'measured',
    owner: 'bench',
    from: '2026-01-01T00:00:00Z',
    until: '2099-01-01T00:00:00Z',
    approvedBy: 'bench',
    by: 'exception' as const,
    status: null,
    justification: null,
  }
  return readyRules({ policies: [], exceptions: [exception] })
}

function foresee(opened: OpenStore): Promise<void> {
  return foreseeRebuilds({ store: opened, rules: async () => rules, now: () => new Date() }, signal)
}

/** What a scanner does that looks at each image by itself; a sample of them, extrapolated. */
async function naiveSeconds(opened: OpenStore, sample: number): Promise<number> {
  const digests = await opened.images.digests(null, 1_000)
  const step = Math.max(1, Math.floor(digests.length / sample))
  const taken = digests.filter((_, index) => index % step === 0).slice(0, sample)
  const { seconds } = await timed(async () => {
    for (const digest of taken) {
      const packages = await opened.images.packages(digest)
      await matchAll(opened, packages)
    }
  })
  return (seconds / taken.length) * size.images
}

async function matchAll(opened: OpenStore, packages: readonly MatchSubject[]): Promise<number> {
  const keys = new Map(packages.map((subject) => [subject, lookupKeys(subject)]))
  const naming = await opened.feeds.naming([...new Set([...keys.values()].flat())])
  const matches = packages.flatMap((subject) => {
    const advisories = new Set<Advisory>(keys.get(subject)!.flatMap((key) => naming.get(key) ?? []))
    return findMatches(subject, [...advisories]).matches
  })
  const rating = await opened.feeds.rating([...new Set(matches.flatMap(ratingIds))])
  return matches.map((match) => withRatings(match, rating)).length
}

/** Of everything that decides: findings and current verdicts. */
async function fingerprint(opened: OpenStore): Promise<string> {
  const matches = await opened.db
    .selectFrom('package_match')
    .select((eb) => [eb.fn.countAll().as('rows'), eb.fn.sum('rank').as('ranks'), eb.fn.sum('fixable').as('fixable')])
    .executeTakeFirstOrThrow()
  const verdicts = await opened.db
    .selectFrom('verdict')
    .select((eb) => [eb.fn.countAll().as('rows'), eb.fn.max('id').as('last')])
    .executeTakeFirstOrThrow()
  const outcomes = await opened.db
    .selectFrom('verdict')
    .select(['outcome', (eb) => eb.fn.countAll().as('rows')])
    .where('superseded_at', 'is', null)
    .groupBy('outcome')
    .orderBy('outcome')
    .execute()
  return JSON.stringify([matches, verdicts, outcomes])
}

/** An advisory on packages without which no base of the most frequent distributions runs, and pushes meanwhile. */
async function worstCase(opened: OpenStore): Promise<Record<string, unknown>> {
  const entries = ['Debian:12', 'Debian:11', 'Ubuntu:22.04:LTS'].map((ecosystem, index) => {
    const name = `${ecosystem.split(':', 1)[0]!.toLowerCase()}-package-0`
    return universalAdvisory(size.advisories + 1_000_000 + index, ecosystem, name)
  })
  await adopt(opened, entries)
  const pushes = createPushes(opened, rules)
  try {
    await pushes.during(sleep(warmUpMs))
    const idle = await pushes.during(sleep(idleMs))
    const work = evaluate(opened, { gate: pushes.gate })
    const beside = await pushes.during(work)
    const worst = await work
    return {
      ...figuresOf(worst),
      share: rounded(worst.result.images / size.images),
      pushes: { idle: milliseconds(idle), beside: milliseconds(beside), extra: extraOf(idle, beside) },
    }
  } finally {
    await pushes.close()
  }
}

/** Milliseconds at the 50th and 99th percentile of each question about the fleet, asked for packages and times of all kinds. */
async function queryFigures(opened: OpenStore): Promise<Record<string, unknown>> {
  const next = random(99)
  const page = { limit: 50 }
  const names = await opened.db.selectFrom('package').select('name').distinct().execute()
  const ids = await opened.db.selectFrom('vulnerability').select('id').execute()
  const pick = (rows: readonly Record<string, string>[], column: string): string =>
    rows[Math.floor(next() ** 3 * rows.length)]![column]!
  const since = (): string => new Date(Date.now() - next() * 3_600_000).toISOString()
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    packageInRange: () => opened.images.list({ package: pick(names, 'name'), range: '<1.4.0' }, page),
    imagesWithVulnerability: () => opened.packages.imagesWith(pick(ids, 'id'), page),
    changesSince: () => opened.verdicts.changes({ since: since() }, page),
    failingImages: () => opened.images.list({ outcome: 'fail' }, page),
    bases: () => opened.rebuilds.list({}, page),
    basesOfFailing: () => opened.rebuilds.list({ outcome: 'fail', registry: 'harbor' }, page),
  }
  const figures: Record<string, unknown> = {}
  for (const [name, ask] of Object.entries(questions)) {
    const times: number[] = []
    for (let turn = 0; turn < 300; turn++) times.push((await timed(ask)).seconds * 1_000)
    times.sort((a, b) => a - b)
    figures[name] = { p50: rounded(times[150]!), p99: rounded(times[297]!) }
  }
  return figures
}

function milliseconds(sorted: readonly number[]): Record<string, number> {
  return { pushes: sorted.length, median: rounded(medianOf(sorted)), max: rounded(sorted.at(-1) ?? 0) }
}

/** Against the median of those that nothing stood in the way of. */
function extraOf(idle: readonly number[], beside: readonly number[]): Record<string, number> {
  const usual = medianOf(idle)
  return { median: rounded(medianOf(beside) - usual), max: rounded((beside.at(-1) ?? 0) - usual) }
}

function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
