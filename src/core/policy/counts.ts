import type { Finding, FindingCounts } from './policy.ts'
import { countsOf } from './tally.ts'

/** Open findings, each vulnerability of a package once; negligible ones count as low. */
export function countFindings(findings: readonly Finding[]): FindingCounts {
  return countsOf(
    openFindings(findings).map(({ severity, fixed }) => ({ class: { severity, fixable: fixed !== null }, count: 1 })),
  )
}

/** How many are open: `fixable` counts some of them again. */
export function openIn({ critical, high, medium, low, unknown }: FindingCounts): number {
  return critical + high + medium + low + unknown
}

/** Over the platforms of an index. */
export function totalCounts(all: readonly FindingCounts[]): FindingCounts {
  const total = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 }
  for (const counts of all) {
    for (const name of Object.keys(total) as (keyof FindingCounts)[]) total[name] += counts[name]
  }
  return total
}

/** Those that decide: suppressed ones do not, and a package that lies in several places has a vulnerability once. */
export function openFindings(findings: readonly Finding[]): readonly Finding[] {
  const distinct = new Map<string, Finding>()
  for (const finding of findings) {
    // A purl has no blanks, so the two never run together.
    const key = `${finding.package} ${finding.vulnerability}`
    if (finding.state === 'open' && !distinct.has(key)) distinct.set(key, finding)
  }
  return [...distinct.values()]
}
