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

interface FeedContent {
  /** Advisories per ecosystem with release. */
  readonly ecosystems: Readonly<Record<string, number>>
}

interface Uncomparable {
  readonly package: string
  readonly advisory: string
  readonly reason: string
}

/**
 * What the feeds could say about these packages: one line per ecosystem, `done` with the number of advisories or `no-data`
 * where there is none (which is not the same as none that affects), and one line per package version that could not be
 * compared with an advisory. What another package owns is that one's matter.
 */
export function feedCoverage(
  packages: readonly MatchedIn[],
  feeds: readonly FeedContent[] | undefined,
  uncomparable: readonly Uncomparable[],
): CoverageEntry[] {
  const unowned = packages.filter(({ owner }) => owner === null)
  const lines = counted(unowned.filter(({ ecosystem }) => ecosystem !== '').map(({ ecosystem }) => ecosystem))
  const others = unowned.filter(({ type }) => isWithoutAdvisories(type))
  return [
    ...lines.map(([ecosystem, count]) => ecosystemLine(ecosystem, count, feeds)),
    ...counted(others.map(({ type }) => type)).map(typeLine),
    ...uncomparable.map(uncomparableLine),
  ]
}

/** Each name with how often it is there, in order. */
function counted(names: readonly string[]): [name: string, count: number][] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
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
  const names = lookupEcosystems(ecosystem)
  const advisories = feeds.reduce(
    (sum, { ecosystems }) =>
      Object.entries(ecosystems)
        .filter(([name]) => names.includes(canonicalEcosystem(name)))
        .reduce((total, [, count]) => total + count, sum),
    0,
  )
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

function uncomparableLine({ package: name, advisory, reason }: Uncomparable): CoverageEntry {
  return {
    subject: `package ${name}`,
    status: 'partial',
    reason: 'VERSION_UNCOMPARABLE',
    detail: `${advisory}: ${reason}`,
  }
}
