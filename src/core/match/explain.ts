import { canonicalName } from './advisory-key.ts'
import type { Advisory, Range, RangeEvent } from './advisory.ts'
import { isListed, rangeHolds } from './affects.ts'
import { evaluate, measureOf, uncomparableReason, type Entry, type Evaluation, type Measure } from './evaluate.ts'
import { hitOf } from './find.ts'
import type { Match, MatchSubject } from './finding.ts'
import { matchesOf, whyBefore, type Hit } from './merge.ts'

/** What one record says about a package, and why it counts or does not. */
export interface AdvisoryExplanation {
  readonly advisory: string
  /** RFC 3339; empty where the record does not say. */
  readonly modified: string
  readonly affected: 'yes' | 'no' | 'unknown' | 'withdrawn'
  /** `decides`, or why another record does, or why it says no. */
  readonly because: string
  readonly fixed: string | null
  readonly entries: readonly EntryExplanation[]
  /** What else of this name it speaks of, and the package is not: `Debian:11 openssl`. */
  readonly elsewhere: readonly string[]
}

/** One affected entry, held against the version of the package or of its source. */
export interface EntryExplanation {
  readonly ecosystem: string
  readonly name: string
  readonly version: string
  readonly affected: 'yes' | 'no' | 'unknown'
  readonly because: string
  readonly ranges: readonly RangeExplanation[]
}

export interface RangeExplanation {
  readonly events: readonly RangeEvent[]
  readonly affected: 'yes' | 'no' | 'unknown'
  readonly because: string
}

/** Enough for people; a kernel record has hundreds. */
const MAX_SHOWN = 50

/** Why each of the advisories does or does not affect the subject, by the same steps that `findMatches` takes. */
export function explainMatch(
  subject: MatchSubject,
  advisories: readonly Advisory[],
): { readonly matches: readonly Match[]; readonly advisories: readonly AdvisoryExplanation[] } {
  const measure = measureOf(subject)
  const evaluations = [...new Set(advisories)].map((advisory) => evaluate(advisory, measure))
  const hits = evaluations
    .filter(({ affected }) => affected === 'yes')
    .map((evaluation) => hitOf(evaluation, measure.scheme))
  const matches = matchesOf(hits)
  return { matches, advisories: evaluations.map((evaluation) => explained(evaluation, measure, hits, matches)) }
}

function explained(
  evaluation: Evaluation,
  measure: Measure,
  hits: readonly Hit[],
  matches: readonly Match[],
): AdvisoryExplanation {
  const { advisory, affected } = evaluation
  const hit = hits.find((one) => one.advisory === advisory)
  const entries = evaluation.entries.slice(0, MAX_SHOWN).map((entry) => entryExplained(entry, measure))
  return {
    advisory: advisory.id,
    modified: advisory.modified,
    affected,
    because: hit ? roleOf(hit, hits, matches) : reasonAgainst(evaluation, measure, entries),
    fixed: hit?.fixed ?? null,
    entries,
    elsewhere: elsewhere(evaluation, measure),
  }
}

/** `decides`, or which other record does and why. */
function roleOf(hit: Hit, hits: readonly Hit[], matches: readonly Match[]): string {
  const { id } = hit.advisory
  if (matches.some(({ advisory }) => advisory === id)) return 'decides'
  const match = matches.find(({ advisories }) => advisories.includes(id))
  const deciding = match && hits.find(({ advisory }) => advisory.id === match.advisory)
  if (!match || !deciding) return 'says the same as others'
  return `says so of ${match.vulnerability} too; ${match.advisory} decides, it ${whyBefore(deciding, hit)}`
}

function reasonAgainst(
  { advisory, affected }: Evaluation,
  { subject }: Measure,
  entries: readonly EntryExplanation[],
): string {
  if (affected === 'withdrawn') return `was withdrawn on ${advisory.withdrawn}, and matches nothing`
  if (affected === 'unknown') return uncomparableReason(subject)
  if (entries.length === 0) return 'does not name this package in its release'
  return [...new Set(entries.map(({ because }) => because))].join('; ')
}

function entryExplained({ entry, version, answer, leftAside }: Entry, { scheme }: Measure): EntryExplanation {
  const ranges = entry.ranges.slice(0, MAX_SHOWN).map((range): RangeExplanation => {
    const { affected, fixed, decidedBy } = rangeHolds(range, version, scheme)
    return {
      events: range.events.slice(0, MAX_SHOWN),
      affected,
      because: sentence(version, { affected, fixed, decidedBy }, range),
    }
  })
  const { affected } = answer
  const telling = ranges.filter((range) => range.affected === affected).map(({ because }) => because)
  const listed = isListed(entry, version, scheme)
  const enumerated =
    entry.versions.length === 0
      ? []
      : [`${version} is ${listed ? '' : 'not '}among the enumerated versions (${entry.versions.length})`]
  const because = affected === 'yes' && telling.length === 0 ? enumerated : [...telling, ...(listed ? [] : enumerated)]
  return {
    ecosystem: entry.ecosystem,
    name: entry.name,
    version,
    affected,
    because: [...because, ...(leftAside === null ? [] : [leftAside])].join('; ') || 'it names no version',
    ranges,
  }
}

/** `1.2.3 is at or after fixed 1.2.0` */
function sentence(version: string, answer: ReturnType<typeof rangeHolds>, { events }: Range): string {
  const { affected, decidedBy } = answer
  const decided = decidedBy === null ? '' : eventText(decidedBy)
  if (affected === 'unknown') return `${version} cannot be compared${decided === '' ? '' : ` with ${decided}`}`
  if (affected === 'yes') return `${version} is ${whatHolds(answer, events)}`
  if (decidedBy === null) return `${version} is before ${firstIntroduced(events)}`
  if ('limit' in decidedBy) return `${version} is not below ${decided}`
  return `${version} is ${'lastAffected' in decidedBy ? 'after' : 'at or after'} ${decided}`
}

/** `at or after introduced 2.0 and before fixed 2.3` */
function whatHolds({ fixed, decidedBy }: ReturnType<typeof rangeHolds>, events: readonly RangeEvent[]): string {
  const last = events.find((event) => 'lastAffected' in event)
  const end = fixed === null ? last && `not after ${eventText(last)}` : `before fixed ${fixed}`
  const isFromTheFirst = decidedBy === null || ('introduced' in decidedBy && decidedBy.introduced === '0')
  if (isFromTheFirst) return end ?? 'affected as every version is: no fix is known'
  return `at or after ${eventText(decidedBy)} ${end === undefined ? 'and no fix is known' : `and ${end}`}`
}

function firstIntroduced(events: readonly RangeEvent[]): string {
  const introduced = events.filter((event) => 'introduced' in event)
  return introduced.length === 1 ? eventText(introduced[0]!) : 'every version at which it was introduced'
}

function eventText(event: RangeEvent): string {
  if ('introduced' in event) return `introduced ${event.introduced}`
  if ('fixed' in event) return `fixed ${event.fixed}`
  return 'limit' in event ? `limit ${event.limit}` : `last affected ${event.lastAffected}`
}

/** Entries for a package of the same name in other releases or ecosystems. */
function elsewhere({ advisory, entries }: Evaluation, { subject }: Measure): string[] {
  const { ecosystem, name, source } = subject
  const names = new Set([name, ...(source ? [source.name] : [])].map((one) => canonicalName(ecosystem, one)))
  const own = new Set(entries.map(({ entry }) => `${entry.ecosystem} ${entry.name}`))
  const others = advisory.affected
    .filter((entry) => names.has(canonicalName(entry.ecosystem, entry.name)))
    .map((entry) => `${entry.ecosystem} ${entry.name}`)
    .filter((text) => !own.has(text))
  return [...new Set(others)].slice(0, MAX_SHOWN)
}
