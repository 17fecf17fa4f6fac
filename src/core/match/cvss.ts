// The default import only: the package is CommonJS although its types claim named exports.
import ae from 'ae-cvss-calculator'
import type { Severity } from './advisory.ts'

/**
 * Base metrics with their values, by version. The calculator takes any text and answers 0, so a vector reaches it only if
 * it names every base metric once and nothing that is not of the form `NAME:VALUE`.
 */
const baseMetrics = {
  2: { AV: 'NAL', AC: 'HML', Au: 'MSN', C: 'NPC', I: 'NPC', A: 'NPC' },
  3: { AV: 'NALP', AC: 'LH', PR: 'NLH', UI: 'NR', S: 'UC', C: 'NLH', I: 'NLH', A: 'NLH' },
  4: {
    AV: 'NALP',
    AC: 'LH',
    AT: 'NP',
    PR: 'NLH',
    UI: 'NPA',
    VC: 'HLN',
    VI: 'HLN',
    VA: 'HLN',
    SC: 'HLN',
    SI: 'HLN',
    SA: 'HLN',
  },
} as const satisfies Record<number, Record<string, string>>

/** The longest real vectors, version 4 with every metric, have less than 200 characters. */
const MAX_VECTOR_LENGTH = 400

export type CvssVersion = 2 | 3 | 4

/** The score of a vector, 0 to 10, with its temporal or threat metrics where it has some; undefined if it is none. */
export function cvssScore(version: CvssVersion, vector: string): number | undefined {
  const metrics = metricsOf(version, vector)
  if (!metrics) return undefined
  for (const [metric, values] of Object.entries(baseMetrics[version])) {
    const value = metrics.get(metric)
    if (value?.length !== 1 || !values.includes(value)) return undefined
  }
  const score = calculatorOf(version, vector).calculateScores().overall
  return typeof score === 'number' && score >= 0 && score <= 10 ? score : undefined
}

/** The scale of CVSS 3 and 4; version 2 knows no critical. */
export function severityOfScore(version: CvssVersion, score: number): Severity {
  if (score >= 9 && version !== 2) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  return score > 0 ? 'low' : 'negligible'
}

function metricsOf(version: CvssVersion, vector: string): Map<string, string> | undefined {
  if (vector.length > MAX_VECTOR_LENGTH) return undefined
  const prefix = version === 2 ? '' : /^CVSS:(?:3\.[01]|4\.0)\//.exec(vector)?.[0]
  if (prefix === undefined || (version !== 2 && prefix[5] !== String(version))) return undefined
  const metrics = new Map<string, string>()
  for (const part of vector.slice(prefix.length).split('/')) {
    const [, metric, value] = /^([A-Za-z]{1,3}):([A-Za-z]{1,6})$/.exec(part) ?? []
    if (metric === undefined || value === undefined || metrics.has(metric)) return undefined
    metrics.set(metric, value)
  }
  return metrics
}

function calculatorOf(version: CvssVersion, vector: string): { calculateScores(): { overall?: number } } {
  if (version === 2) return new ae.Cvss2(vector)
  if (version === 4) return new ae.Cvss4P0(vector)
  return vector.startsWith('CVSS:3.0') ? new ae.Cvss3P0(vector) : new ae.Cvss3P1(vector)
}
