import { packageKey } from './advisory-key.ts'
import type { Advisory, Affected } from './advisory.ts'
import { affects, type Answer } from './affects.ts'
import type { MatchSubject } from './finding.ts'
import { versionsByKey } from './lookup.ts'
import type { VersionScheme } from './version-scheme.ts'
import { schemeFor } from './version-schemes.ts'
import { MAX_VERSION_LENGTH } from './versions/order.ts'

/** What advisories are held against: computed once for a subject and all its advisories. */
export interface Measure {
  readonly subject: MatchSubject
  /** By `packageKey`, the version that an entry of that name is about. */
  readonly versions: ReadonlyMap<string, string>
  /** Undefined: its versions cannot be compared. */
  readonly scheme: VersionScheme | undefined
}

/** An affected entry that speaks of the subject, the version to hold against it, and what that gave. */
export interface Entry {
  readonly entry: Affected
  readonly version: string
  readonly answer: Answer
  /** Why some of what the advisory says under this name is left aside; null where all of it counts. */
  readonly leftAside: string | null
}

/** What one advisory says of the subject, before advisories of the same vulnerability are merged. */
export interface Evaluation {
  readonly advisory: Advisory
  readonly affected: Answer['affected'] | 'withdrawn'
  readonly entries: readonly Entry[]
}

export function measureOf(subject: MatchSubject): Measure {
  const versions = versionsByKey(subject)
  const comparable = [...versions.values()].every((version) => version.length <= MAX_VERSION_LENGTH)
  return { subject, versions, scheme: comparable ? schemeFor(subject.ecosystem) : undefined }
}

export function evaluate(advisory: Advisory, measure: Measure): Evaluation {
  const entries = entriesFor(advisory, measure)
  if (advisory.withdrawn !== null) return { advisory, affected: 'withdrawn', entries }
  const answers = entries.map(({ answer }) => answer.affected)
  const affected = answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no'
  return { advisory, affected, entries }
}

/** Why the subject cannot be compared, for coverage. */
export function uncomparableReason({ ecosystem, version }: MatchSubject): string {
  const scheme = schemeFor(ecosystem)
  if (!scheme) return `versions of ${ecosystem.split(':', 1)[0]} cannot be compared yet`
  if (version.length > MAX_VERSION_LENGTH) return `the version is longer than ${MAX_VERSION_LENGTH} characters`
  return `version ${version} or one that the advisory names is not of the form that ${scheme.name} orders`
}

function entriesFor({ affected }: Advisory, { versions, scheme }: Measure): Entry[] {
  // A loop, because matching a store calls this half a million times.
  const named: { readonly entry: Affected; readonly version: string }[] = []
  for (const entry of affected) {
    const version = versions.get(keyOf(entry))
    if (version !== undefined) named.push({ entry, version })
  }
  const subscribed = named.some(({ entry, version }) => isSubscription(entry) && isSubscriberBuild(version))
  return named.flatMap(({ entry, version }) => {
    // Who has a subscriber's build has the subscription, and the entry that knows its fixes.
    if (subscribed && !isSubscription(entry)) return []
    const { same, leftAside } = scheme?.name === 'rpm' ? ofSameBuild(entry, version) : { same: entry, leftAside: null }
    const answer = affects(same, version, scheme)
    const unreachable = isSubscription(entry) && !subscribed
    return [{ entry: same, version, answer: unreachable ? { ...answer, fixed: null } : answer, leftAside }]
  })
}

/** Kept with the entry: one advisory is held against every version of a package, and may name hundreds of packages. */
const keys = new WeakMap<Affected, string>()

function keyOf(entry: Affected): string {
  const known = keys.get(entry)
  if (known !== undefined) return known
  const key = packageKey(entry.ecosystem, entry.name)
  keys.set(entry, key)
  return key
}

/** Fixes that only Ubuntu Pro's subscribers get; a version below them is vulnerable for everybody, without a fix for others. */
const isSubscription = ({ ecosystem }: Affected): boolean => ecosystem.startsWith('Ubuntu:Pro:')

const isSubscriberBuild = (version: string): boolean => /[+~.]?(?:esm|fips)\d/i.test(version)

/**
 * Builds of a module (`….module_el8…`) and ordinary builds of the same package are fixed on their own; the one's fix says
 * nothing about the other. Which module stream a build is of is not in an advisory, so streams are not told apart.
 */
function ofSameBuild(entry: Affected, version: string): { same: Affected; leftAside: string | null } {
  const ranges = entry.ranges.filter(({ events }) =>
    events.every((event) => !('fixed' in event) || isModular(event.fixed) === isModular(version)),
  )
  if (ranges.length === entry.ranges.length) return { same: entry, leftAside: null }
  const leftAside = isModular(version)
    ? 'fixes of ordinary builds say nothing about the build of a module that is installed'
    : 'fixes of module builds say nothing about the ordinary build that is installed'
  return { same: { ...entry, ranges }, leftAside }
}

const isModular = (version: string): boolean => /\.module[_+]/.test(version)
