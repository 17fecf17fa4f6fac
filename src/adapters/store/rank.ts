import type { Severity } from '../../core/match/advisory.ts'

const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown']

const perSeverity = 1_000
const unscored = perSeverity - 1

/** Severity and score as one whole number, 0 the worst, so that one index column sorts by both. */
export function rankOf(severity: Severity, score: number | null): number {
  const withinSeverity = score === null ? unscored : Math.round(100 - score * 10)
  return severities.indexOf(severity) * perSeverity + withinSeverity
}

/** The severity in a rank. */
export function severityOfRank(rank: number): Severity {
  return severities[Math.floor(rank / perSeverity)] ?? 'unknown'
}

/** Every rank below this one is at least as bad as the severity. */
export function rankAfter(severity: Severity): number {
  return (severities.indexOf(severity) + 1) * perSeverity
}
