import type { Advisory, Rating } from './advisory.ts'
import { affects } from './affects.ts'
import { evaluate, measureOf, uncomparableReason, type Entry, type Evaluation } from './evaluate.ts'
import type { MatchResult, MatchSubject } from './finding.ts'
import { matchesOf, type Hit } from './merge.ts'
import type { VersionScheme } from './version-scheme.ts'

/** Intervals of one advisory that a fix may lie in before a version is found that none of them holds. */
const MAX_FIX_STEPS = 100

/**
 * What affects a subject, of advisories that may name it (`lookupKeys`) and any others. Withdrawn ones match nothing.
 * Advisories whose versions cannot be compared are listed, never taken for harmless.
 */
export function findMatches(subject: MatchSubject, advisories: readonly Advisory[]): MatchResult {
  const measure = measureOf(subject)
  const hits: Hit[] = []
  const uncomparable: { advisory: string; reason: string }[] = []
  for (const advisory of new Set(advisories)) {
    const evaluation = evaluate(advisory, measure)
    if (evaluation.affected === 'yes') hits.push(hitOf(evaluation, measure.scheme))
    if (evaluation.affected === 'unknown') {
      uncomparable.push({ advisory: advisory.id, reason: uncomparableReason(subject) })
    }
  }
  return { matches: matchesOf(hits), uncomparable }
}

/** Of an evaluation that says yes. */
export function hitOf({ advisory, entries }: Evaluation, scheme: VersionScheme | undefined): Hit {
  const affecting = entries.filter(({ answer }) => answer.affected === 'yes')
  return { advisory, ratings: ratingsOf(affecting, advisory), fixed: fixOf(entries, affecting[0]!.version, scheme) }
}

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
  let answers = ofInstalled.map(({ answer }) => answer)
  let fix: string | null = null
  for (let step = 0; step < MAX_FIX_STEPS; step++) {
    const holding = answers.filter(({ affected }) => affected === 'yes')
    if (holding.length === 0) return fix
    if (holding.some(({ fixed }) => fixed === null)) return null
    const next: string = holding
      .map(({ fixed }) => fixed!)
      .reduce((high, other) => (scheme!.compare(other, high)! > 0 ? other : high))
    fix = next
    answers = ofInstalled.map(({ entry }) => affects(entry, next, scheme))
  }
  return null
}
