import type { Advisory, Rating, Severity } from './advisory.ts'
import type { Match, MatchRating } from './finding.ts'
import { isCve, isErratum, sameVulnerability } from './vulnerability-ids.ts'
import { compareText } from '../compare-text.ts'

/** Five publishers with three vectors each are many; the rest would say the same again. */
const MAX_RATINGS = 20

/** Worst first. What nobody has rated may be anything, and stands in the middle. */
const order: readonly Severity[] = ['critical', 'high', 'medium', 'unknown', 'low', 'negligible']

/** The ids under which a record that rates this match may be found. */
export function ratingIds({ vulnerability, aliases }: Match): string[] {
  return [vulnerability, ...aliases]
}

/** The ids that a record rates: none if it has no rating or is about several vulnerabilities at once. */
export function ratedIds(advisory: Advisory): string[] {
  return advisory.withdrawn === null && opinionOf(advisory).length > 0 ? sameVulnerability(advisory) : []
}

/**
 * The match with what other records say of the same vulnerability. The publisher's own rating stays the one that decides;
 * where it has none (Debian, Alpine), that of the others does. `rating`: by each of `ratingIds`, the records that rate it.
 */
export function withRatings(match: Match, rating: ReadonlyMap<string, readonly Advisory[]>): Match {
  const cves = ratingIds(match).filter(isCve)
  const isGroup = !isCve(match.vulnerability) && cves.length > 1
  const others = isGroup
    ? worstFirst(cves.map((cve) => opinionsOn([cve], match, rating)))
    : opinionsOn(ratingIds(match), match, rating)
  if (others.length === 0) return match
  const ratings = [...match.ratings, ...others].slice(0, MAX_RATINGS)
  if (match.ratings.length > 0) return { ...match, ratings }
  const decided = severityOf(ratings)
  const unratedToo = isGroup && cves.some((cve) => opinionsOn([cve], match, rating).length === 0)
  // An erratum is as bad as the worst it fixes; one that nobody rated may be worse than those that are low.
  if (unratedToo && order.indexOf(decided.severity) > order.indexOf('unknown')) return { ...match, ratings }
  return { ...match, ...decided, ratings }
}

/**
 * Of the record that comes first: the publisher's own word where it gives one, else the severity of its newest CVSS vector;
 * score and vector from that.
 */
export function severityOf(ratings: readonly MatchRating[]): Pick<Match, 'severity' | 'score' | 'vector'> {
  const scored = newestVector(firstOpinion(ratings))
  return {
    severity: decidingRating(ratings)?.severity ?? 'unknown',
    score: scored?.score ?? null,
    vector: scored?.vector ?? null,
  }
}

/** The one that a match's severity was taken from; undefined where nobody has rated it. */
export function decidingRating(ratings: readonly MatchRating[]): MatchRating | undefined {
  const first = firstOpinion(ratings)
  return first.find(({ vector }) => vector === null) ?? newestVector(first)
}

function firstOpinion(ratings: readonly MatchRating[]): readonly MatchRating[] {
  return ratings.filter(({ advisory }) => advisory === ratings[0]?.advisory)
}

function newestVector(ratings: readonly MatchRating[]): MatchRating | undefined {
  return ratings.filter(({ vector }) => vector !== null).sort((a, b) => compareText(b.source, a.source))[0]
}

function opinionsOn(
  ids: readonly string[],
  match: Match,
  rating: ReadonlyMap<string, readonly Advisory[]>,
): readonly MatchRating[] {
  const records = new Set(ids.flatMap((id) => rating.get(id) ?? []))
  return [...records]
    .filter(({ id }) => !match.advisories.includes(id))
    .sort(byWeight)
    .flatMap((record) => opinionOf(record).map((opinion) => ({ advisory: record.id, ...opinion })))
}

/** Of the record as a whole; of its packages where only those are rated. */
function opinionOf({ ratings, affected }: Advisory): readonly Rating[] {
  if (ratings.length > 0) return ratings
  const opinions = new Map(affected.flatMap((entry) => entry.ratings).map((rating) => [JSON.stringify(rating), rating]))
  return [...opinions.values()]
}

/** The vulnerability's own record, then those with a vector, then words; another distribution's opinion on its builds last. */
function byWeight(a: Advisory, b: Advisory): number {
  return (
    Number(isCve(b.id)) - Number(isCve(a.id)) ||
    Number(isErratum(a)) - Number(isErratum(b)) ||
    Number(hasVector(b)) - Number(hasVector(a)) ||
    compareText(a.id, b.id)
  )
}

const hasVector = (advisory: Advisory): boolean => opinionOf(advisory).some(({ vector }) => vector !== null)

function worstFirst(opinions: readonly (readonly MatchRating[])[]): MatchRating[] {
  return opinions
    .toSorted((a, b) => order.indexOf(severityOf(a).severity) - order.indexOf(severityOf(b).severity))
    .flat()
}
