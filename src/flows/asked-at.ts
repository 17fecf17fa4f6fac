import type { PackageRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Match } from '../core/match/finding.ts'
import { ratingIds } from '../core/match/rate.ts'
import { suppressionOf } from '../core/match/suppression.ts'
import type { AskedFinding } from '../core/policy/asked.ts'
import type { Rules } from '../core/policy/rules.ts'
import { matchesOf } from './match-packages.ts'

export interface AskedAt {
  /** All that affect it, also those that do not count. */
  readonly vulnerabilities: ReadonlySet<string>
  /** Those that count, as rules ask about them. */
  readonly findings: readonly AskedFinding[]
  /** Advisories that cannot be compared, as one text. */
  readonly gaps: string
}

/** As they are stored: the last of several about one vulnerability. */
const distinct = (matches: readonly Match[]): readonly Match[] => [
  ...new Map(matches.map((match) => [match.vulnerability, match])).values(),
]

interface AskingDeps {
  readonly store: Pick<Store, 'feeds' | 'whatIf'>
  readonly rules: Pick<Rules, 'asksExploitation'>
  readonly now: string
}

/** What a snapshot, in force or not adopted yet, says of packages: by their ids. Nothing is written. */
export async function askedAt(
  packages: readonly PackageRecord[],
  snapshot: number,
  { store, rules, now }: AskingDeps,
): Promise<ReadonlyMap<number, AskedAt>> {
  const { feeds, whatIf } = store
  const matched = await matchesOf(packages, store, snapshot)
  const results = new Map(matched.map(({ packageId, result }) => [packageId, result]))
  const ids = [...new Set(matched.flatMap(({ result }) => result.matches.flatMap(ratingIds)))]
  const kev = rules.asksExploitation ? await feeds.facts('kev', ids, snapshot) : new Map<string, never>()
  const epss = rules.asksExploitation ? await feeds.facts('epss', ids, snapshot) : new Map<string, never>()
  const fixes = await whatIf.fixes(packages.map(({ id }) => id))

  const asked = (match: Match, known: ReadonlyMap<string, string | null> | undefined): AskedFinding => {
    const { vulnerability, aliases, advisories, severity, score, fixed, published } = match
    const scores = ratingIds(match).flatMap((id) => epss.get(id)?.score ?? [])
    // As it would be stored: a new finding's fix is as old as the advisory, one that a known finding gets is of today.
    const since = known?.has(vulnerability) ? (known.get(vulnerability) ?? now) : (published ?? now)
    return {
      vulnerability,
      aliases,
      advisories,
      severity,
      score,
      fixed,
      fixedSince: fixed === null ? null : since,
      published,
      kev: ratingIds(match).some((id) => kev.has(id)),
      epss: scores.length > 0 ? Math.max(...scores) : null,
    }
  }
  return new Map(
    packages.map((record) => {
      const { matches, uncomparable } = results.get(record.id)!
      const counts = suppressionOf({ ...record, ownedBy: record.owner }) === null
      const gaps = uncomparable.map(({ advisory, reason }) => `${advisory} ${reason}`).sort()
      return [
        record.id,
        {
          vulnerabilities: new Set(matches.map(({ vulnerability }) => vulnerability)),
          findings: counts ? distinct(matches).map((match) => asked(match, fixes.get(record.id))) : [],
          gaps: gaps.join('\n'),
        },
      ]
    }),
  )
}
