import type { Insertable, Selectable } from 'kysely'
import type { Severity } from '../../core/match/advisory.ts'
import type { Match, MatchRating } from '../../core/match/finding.ts'
import { suppressionOf } from '../../core/match/suppression.ts'
import type { Finding } from '../../core/policy/policy.ts'
import { keyText } from './key-text.ts'
import { rankOf } from './rank.ts'
import type { Database } from './schema.ts'

export type MatchRow = {
  -readonly [K in keyof Insertable<Database['package_match']>]: Insertable<Database['package_match']>[K]
}

/** Everything but the key and when it was first seen: what a later match may change. */
export const matchContent = [
  'rank',
  'fixable',
  'advisory',
  'fixed',
  'severity',
  'score',
  'vector',
  'ratings',
  'published',
  'summary',
  'aliases',
  'advisories',
] as const

/** As it is stored, but for its number. */
export type StoredMatch = Omit<Selectable<Database['package_match']>, 'id'>

export function matchRow(packageId: number, match: Match, firstSeen: string): StoredMatch {
  return {
    package_id: packageId,
    vulnerability: keyText(match.vulnerability),
    rank: rankOf(match.severity, match.score),
    fixable: match.fixed === null ? 0 : 1,
    advisory: match.advisory,
    fixed: match.fixed,
    severity: match.severity,
    score: match.score,
    vector: match.vector,
    ratings: JSON.stringify(match.ratings),
    published: match.published,
    summary: match.summary,
    aliases: JSON.stringify(match.aliases),
    advisories: JSON.stringify(match.advisories),
    first_seen: firstSeen,
    fixed_since: null,
  }
}

export function sameMatch(a: MatchRow, b: MatchRow): boolean {
  return matchContent.every((column) => a[column] === b[column])
}

/** Of the package: what a finding says of it, and what decides whether it counts. */
export const findingColumns = [
  'package.purl',
  'package.type',
  'package.name',
  'package.source_name',
  'package.owner',
] as const

type FindingRow = StoredMatch &
  Pick<Selectable<Database['package']>, 'purl' | 'type' | 'name' | 'source_name' | 'owner'>

/** Suppressed by what the package is; whether policy, VEX or an exception does so is judged later. */
export function finding(row: FindingRow): Finding {
  const { type, name, source_name: source, owner } = row
  const suppressed = suppressionOf({ type, name, source: source === null ? null : { name: source }, ownedBy: owner })
  return {
    vulnerability: row.vulnerability,
    advisory: row.advisory,
    aliases: JSON.parse(row.aliases) as string[],
    advisories: JSON.parse(row.advisories) as string[],
    package: row.purl,
    fixed: row.fixed,
    severity: row.severity as Severity,
    score: row.score,
    vector: row.vector,
    ratings: JSON.parse(row.ratings) as MatchRating[],
    published: row.published,
    summary: row.summary,
    firstSeen: row.first_seen,
    state: suppressed ? 'suppressed' : 'open',
    suppressed,
  }
}
