import type { Severity } from '../../core/match/advisory.ts'
import type { FindingClass } from '../../core/policy/tally.ts'

/** In the order of the numbers in the database: append only. */
const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown']

/** Not a class of findings: how many advisories could not be compared. Where it is above 0, they have to be read. */
export const gapsClass = 100

export function classNumber({ severity, fixable }: FindingClass): number {
  return severities.indexOf(severity) * 2 + (fixable ? 1 : 0)
}

export function classOf(number: number): FindingClass {
  return { severity: severities[number >> 1] ?? 'unknown', fixable: number % 2 === 1 }
}
