import { canonicalEcosystem } from './advisory-key.ts'
import { lookupEcosystems } from './lookup.ts'
import { isWithoutAdvisories } from '../inventory/ecosystem.ts'
import type { CoverageEntry } from '../inventory/package.ts'

interface MatchedIn {
  /** Empty where none is known. */
  readonly ecosystem: string
  readonly type: string
  /** The package that it belongs to, whose advisories speak for it. */
  readonly owner: string | null
}

/** How many of some packages there are by ecosystem, and by type where no feed knows the type; owned ones are left out. */
export interface PackageContents {
  readonly ecosystems: Readonly<Record<string, number>>
  readonly types: Readonly<Record<string, number>>
}

interface FeedContent {
  /** Advisories per ecosystem with release. */
  readonly ecosystems: Readonly<Record<string, number>>
}

interface Uncomparable {
  readonly package: string
  readonly advisory: string
  readonly reason: string
}

/** What another package owns is that one's matter. */
export function contentsOf(packages: readonly MatchedIn[]): PackageContents {
  const unowned = packages.filter(({ owner }) => owner === null)
  return {
    ecosystems: counted(unowned.map(({ ecosystem }) => ecosystem).filter((ecosystem) => ecosystem !== '')),
    types: counted(unowned.map(({ type }) => type).filter(isWithoutAdvisories)),
  }
}

/** Contents of several sets of packages as one. */
export function mergedContents(all: readonly PackageContents[]): PackageContents {
  return { ecosystems: summed(all.map((one) => one.ecosystems)), types: summed(all.map((one) => one.types)) }
}

/**
 * What the feeds could say about these packages: one line per ecosystem, `done` with the number of advisories or `no-data`
 * where there is none (which is not the same as none that affects), and one line per package version that could not be
 * compared with an advisory.
 */
export function feedCoverage(
  { ecosystems, types }: PackageContents,
  feeds: readonly FeedContent[] | undefined,
  uncomparable: readonly Uncomparable[],
): CoverageEntry[] {
  return [
    ...inOrder(ecosystems).map(([ecosystem, count]) => ecosystemLine(ecosystem, count, feeds)),
    ...inOrder(types).map(typeLine),
    ...uncomparable.map(uncomparableLine),
  ]
}

/** Of the feeds, that may speak of packages of this ecosystem. */
function advisoriesFor(ecosystem: string, feeds: readonly FeedContent[]): number {
  const names = lookupEcosystems(ecosystem)
  return feeds.reduce(
    (sum, { ecosystems }) =>
      Object.entries(ecosystems)
        .filter(([name]) => names.includes(canonicalEcosystem(name)))
        .reduce((total, [, count]) => total + count, sum),
    0,
  )
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries(counts)
}

function summed(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const one of all) for (const [name, count] of Object.entries(one)) sums.set(name, (sums.get(name) ?? 0) + count)
  return Object.fromEntries(sums)
}

function inOrder(counts: Readonly<Record<string, number>>): [name: string, count: number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))
}

function typeLine([type, count]: [type: string, count: number]): CoverageEntry {
  const packages = count === 1 ? '1 package was' : `${count} packages were`
  const detail = `there are no advisories for packages of this type, ${packages} not checked`
  return { subject: `packages of type ${type}`, status: 'no-data', reason: 'ECOSYSTEM_UNKNOWN', detail }
}

function ecosystemLine(ecosystem: string, count: number, feeds: readonly FeedContent[] | undefined): CoverageEntry {
  const subject = `feed ${ecosystem}`
  const packages = count === 1 ? '1 package was' : `${count} packages were`
  if (!feeds || feeds.length === 0) {
    const detail = `no vulnerability feed has been read, ${packages} not checked`
    return { subject, status: 'no-data', reason: 'NO_FEED', detail }
  }
  const advisories = knownAdvisories(ecosystem, feeds)
  if (advisories === 0) {
    const detail = `the feeds hold no advisory for ${ecosystem}, ${packages} not checked`
    return { subject, status: 'no-data', reason: 'NO_ADVISORIES', detail }
  }
  return {
    subject,
    status: 'done',
    detail: `${count === 1 ? '1 package' : `${count} packages`} checked against ${advisories} advisories`,
  }
}

/** Of each snapshot's feeds; judging a hundred thousand images asks for the same few ecosystems. */
const known = new WeakMap<readonly FeedContent[], Map<string, number>>()

function knownAdvisories(ecosystem: string, feeds: readonly FeedContent[]): number {
  const counts = known.get(feeds) ?? new Map<string, number>()
  known.set(feeds, counts)
  const count = counts.get(ecosystem) ?? advisoriesFor(ecosystem, feeds)
  counts.set(ecosystem, count)
  return count
}

function uncomparableLine({ package: name, advisory, reason }: Uncomparable): CoverageEntry {
  return {
    subject: `package ${name}`,
    status: 'partial',
    reason: 'VERSION_UNCOMPARABLE',
    detail: `${advisory}: ${reason}`,
  }
}
