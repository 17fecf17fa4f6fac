import type { Severity } from '../match/advisory.ts'
import type { FindingCounts } from './policy.ts'

/** What policies ask of a finding: two findings of one class have the same fate under every policy. */
export interface FindingClass {
  readonly severity: Severity
  /** Whether there is a fix. */
  readonly fixable: boolean
}

/**
 * Open findings by class. Tallies add up: an image's is the sum over its packages, so a change of one package is a few
 * additions for all images that have it.
 */
export type Tally = readonly ClassCount[]

interface ClassCount extends FindingClass {
  readonly count: number
}

/** One entry a class, in the order in which the classes first come. */
export function tallyOf(findings: Iterable<{ readonly severity: Severity; readonly fixed: string | null }>): Tally {
  const tally = new Map<string, { severity: Severity; fixable: boolean; count: number }>()
  for (const { severity, fixed } of findings) {
    const fixable = fixed !== null
    const key = `${severity} ${fixable}`
    const entry = tally.get(key)
    if (entry) entry.count += 1
    else tally.set(key, { severity, fixable, count: 1 })
  }
  return [...tally.values()]
}

/** Negligible ones count as low. */
export function countsOf(tally: Tally): FindingCounts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 }
  for (const { severity, fixable, count } of tally) {
    counts[severity === 'negligible' ? 'low' : severity] += count
    if (fixable) counts.fixable += count
  }
  return counts
}
