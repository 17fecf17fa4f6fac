import { packageKey } from './advisory-key.ts'
import type { Advisory, Affected, Rating } from './advisory.ts'
import { affects } from './affects.ts'
import type { MatchResult, MatchSubject } from './finding.ts'
import { versionsByKey } from './lookup.ts'
import { matchesOf, type Hit } from './merge.ts'
import type { VersionScheme } from './version-scheme.ts'
import { schemeFor } from './version-schemes.ts'

/** No real version is longer, and comparing takes time in proportion. */
const MAX_VERSION_LENGTH = 1_000
/** Intervals of one advisory that a fix may lie in before a version is found that none of them holds. */
const MAX_FIX_STEPS = 100

/**
 * What affects a subject, of advisories that may name it (`lookupKeys`) and any others. Withdrawn ones match nothing.
 * Advisories whose versions cannot be compared are listed, never taken for harmless.
 */
export function findMatches(subject: MatchSubject, advisories: readonly Advisory[]): MatchResult {
  const versions = versionsByKey(subject)
  const comparable = [...versions.values()].every((version) => version.length <= MAX_VERSION_LENGTH)
  const scheme = comparable ? schemeFor(subject.ecosystem) : undefined
  const hits: Hit[] = []
  const uncomparable: { advisory: string; reason: string }[] = []
  for (const advisory of new Set(advisories)) {
    if (advisory.withdrawn !== null) continue
    const entries = entriesFor(advisory, versions, scheme)
    const answers = entries.map(({ entry, version }) => affects(entry, version, scheme).affected)
    if (answers.includes('yes')) {
      const affecting = entries.filter((_, index) => answers[index] === 'yes')
      const fixed = fixOf(entries, affecting[0]!.version, scheme)
      hits.push({ advisory, ratings: ratingsOf(affecting, advisory), fixed })
    } else if (answers.includes('unknown')) {
      uncomparable.push({ advisory: advisory.id, reason: reasonOf(subject) })
    }
  }
  return { matches: matchesOf(hits), uncomparable }
}

interface Entry {
  readonly entry: Affected
  readonly version: string
}

/** The affected entries that speak of the subject, each with the version to hold against it. */
function entriesFor(
  { affected }: Advisory,
  versions: ReadonlyMap<string, string>,
  scheme: VersionScheme | undefined,
): Entry[] {
  return affected.flatMap((entry) => {
    const version = versions.get(packageKey(entry.ecosystem, entry.name))
    if (version === undefined) return []
    return [{ entry: scheme?.name === 'rpm' ? ofSameBuild(entry, version) : entry, version }]
  })
}

/**
 * Builds of a module (`….module_el8…`) and ordinary builds of the same package are fixed on their own; the one's fix says
 * nothing about the other. Which module stream a build is of is not in an advisory, so streams are not told apart.
 */
function ofSameBuild(entry: Affected, version: string): Affected {
  const ranges = entry.ranges.filter(({ events }) =>
    events.every((event) => !('fixed' in event) || isModular(event.fixed) === isModular(version)),
  )
  return ranges.length === entry.ranges.length ? entry : { ...entry, ranges }
}

const isModular = (version: string): boolean => /\.module[_+]/.test(version)

function ratingsOf(affecting: readonly Entry[], advisory: Advisory): readonly Rating[] {
  const own = affecting.flatMap(({ entry }) => entry.ratings)
  return own.length > 0 ? own : advisory.ratings
}

/**
 * The lowest version above the installed one that no entry of the advisory holds. A fix may lie inside another interval
 * (another release branch, another module), so every step is tried again.
 */
function fixOf(entries: readonly Entry[], installed: string, scheme: VersionScheme | undefined): string | null {
  const ofInstalled = entries.filter(({ version }) => version === installed)
  let fix: string | null = null
  for (let step = 0; step < MAX_FIX_STEPS; step++) {
    const answers = ofInstalled
      .map(({ entry, version }) => affects(entry, fix ?? version, scheme))
      .filter(({ affected }) => affected === 'yes')
    if (answers.length === 0) return fix
    if (answers.some(({ fixed }) => fixed === null)) return null
    fix = answers.map(({ fixed }) => fixed!).reduce((high, next) => (scheme!.compare(next, high)! > 0 ? next : high))
  }
  return null
}

function reasonOf({ ecosystem, version }: MatchSubject): string {
  const scheme = schemeFor(ecosystem)
  if (!scheme) return `versions of ${ecosystem.split(':', 1)[0]} cannot be compared yet`
  if (version.length > MAX_VERSION_LENGTH) return `the version is longer than ${MAX_VERSION_LENGTH} characters`
  return `version ${version} or one that the advisory names is not of the form that ${scheme.name} orders`
}
