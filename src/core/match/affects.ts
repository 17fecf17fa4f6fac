import type { Affected, Range, RangeEvent } from './advisory.ts'
import type { VersionScheme } from './version-scheme.ts'

/** `unknown`: the versions cannot be compared, which is not the same as not affected. */
export interface Answer {
  readonly affected: 'yes' | 'no' | 'unknown'
  /** Where yes: the lowest version at which every range that holds this one has ended; null where no fix is known. */
  readonly fixed: string | null
}

const no: Answer = { affected: 'no', fixed: null }
const unknown: Answer = { affected: 'unknown', fixed: null }

/**
 * Whether an affected entry holds a version, by the evaluation of https://ossf.github.io/osv-schema/: the enumerated
 * versions, then every range. `scheme` undefined: only the enumeration and ranges that hold every version can tell.
 */
export function affects(entry: Affected, version: string, scheme: VersionScheme | undefined): Answer {
  const answers = entry.ranges.map((range) => rangeHolds(range, version, scheme))
  const yes = answers.filter(({ affected }) => affected === 'yes')
  if (yes.length > 0) return { affected: 'yes', fixed: last(yes, scheme) }
  if (isListed(entry, version, scheme)) return { affected: 'yes', fixed: firstFix(entry.ranges, version, scheme) }
  // A list beside a range that nobody can compare is complete: the feed enumerated the range.
  if (entry.versions.length > 0) return no
  return answers.some(({ affected }) => affected === 'unknown') ? unknown : no
}

/** Whether the entry enumerates the version. By its text; without ranges to decide, also by value: PyPI's `1.0` is `1.0.0`. */
export function isListed({ versions, ranges }: Affected, version: string, scheme: VersionScheme | undefined): boolean {
  if (versions.includes(version)) return true
  return ranges.length === 0 && versions.some((listed) => scheme?.compare(version, listed) === 0)
}

/** An answer with the event of the range that gave it: the last one that the version has reached, or the limit it is not below. */
export interface RangeAnswer extends Answer {
  readonly decidedBy: RangeEvent | null
}

/** Whether one range holds a version. */
export function rangeHolds(range: Range, version: string, scheme: VersionScheme | undefined): RangeAnswer {
  if (holdsEverything(range)) return { affected: 'yes', fixed: null, decidedBy: range.events[0] ?? null }
  if (scheme?.compare(version, version) === undefined) return { ...unknown, decidedBy: null }
  let limit: RangeEvent | null = null
  let belowLimit = false
  let latest: RangeEvent | undefined
  for (const event of withoutEmptyIntervals(range.events, scheme)) {
    const order = compareToEvent(version, event, scheme)
    if (order === undefined) return { ...unknown, decidedBy: event }
    if ('limit' in event) {
      limit = event
      belowLimit ||= order < 0
    } else if (order > 0 || (order === 0 && !('lastAffected' in event))) {
      latest = latest === undefined ? event : later(latest, event, scheme)
    }
  }
  if (limit !== null && !belowLimit) return { ...no, decidedBy: limit }
  if (latest === undefined || !('introduced' in latest)) return { ...no, decidedBy: latest ?? null }
  return { affected: 'yes', fixed: firstFix([range], version, scheme), decidedBy: latest }
}

/**
 * `introduced: X, fixed: X` holds nothing (Bitnami's records have hundreds of them). Left out, because at a tie between
 * two intervals the beginning of the next wins, and would open an interval that never ends.
 */
function withoutEmptyIntervals(events: readonly RangeEvent[], scheme: VersionScheme): readonly RangeEvent[] {
  const isEmptyAt = (index: number): boolean => {
    const [from, to] = [events[index], events[index + 1]]
    return (
      from !== undefined &&
      to !== undefined &&
      'introduced' in from &&
      'fixed' in to &&
      (from.introduced === to.fixed || scheme.compare(from.introduced, to.fixed) === 0)
    )
  }
  return events.filter((_, index) => !isEmptyAt(index) && !isEmptyAt(index - 1))
}

const holdsEverything = ({ events }: Range): boolean =>
  events.every(
    (event) => ('introduced' in event && event.introduced === '0') || ('limit' in event && event.limit === '*'),
  )

/** `introduced: 0` is before every version, also before `0~rc1` and pre-releases of 0; `limit: *` is after every one. */
function compareToEvent(version: string, event: RangeEvent, scheme: VersionScheme): number | undefined {
  if ('introduced' in event && event.introduced === '0') return 1
  if ('limit' in event && event.limit === '*') return -1
  return scheme.compare(version, versionOf(event))
}

/** Of two events at the same version, the end of the former interval comes before the beginning of the next. */
function later(a: RangeEvent, b: RangeEvent, scheme: VersionScheme): RangeEvent {
  if ('introduced' in b && b.introduced === '0') return a
  if ('introduced' in a && a.introduced === '0') return b
  const order = scheme.compare(versionOf(a), versionOf(b)) ?? 0
  if (order !== 0) return order > 0 ? a : b
  return 'introduced' in a ? a : b
}

function versionOf(event: RangeEvent): string {
  if ('introduced' in event) return event.introduced
  if ('fixed' in event) return event.fixed
  return 'limit' in event ? event.limit : event.lastAffected
}

/** The lowest fix after the version. */
function firstFix(ranges: readonly Range[], version: string, scheme: VersionScheme | undefined): string | null {
  const fixes = ranges
    .flatMap(({ events }) => events)
    .flatMap((event) => ('fixed' in event ? [event.fixed] : []))
    .filter((fixed) => (scheme?.compare(version, fixed) ?? 0) < 0)
  return fixes.reduce<string | null>((low, fix) => (low === null || scheme!.compare(fix, low)! < 0 ? fix : low), null)
}

/** Where several ranges hold a version, all must have ended. */
function last(answers: readonly Answer[], scheme: VersionScheme | undefined): string | null {
  return answers
    .map(({ fixed }) => fixed)
    .reduce((high, fix) => (high === null || fix === null ? null : scheme!.compare(fix, high)! > 0 ? fix : high))
}
