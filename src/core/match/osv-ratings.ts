import type { Rating, Severity } from './advisory.ts'
import { cvssScore, severityOfScore, type CvssVersion } from './cvss.ts'

/** How databases spell it: GitHub, Red Hat, SUSE and Debian each in their way. Words that are not here say nothing. */
const words = new Map<string, Severity>([
  ['critical', 'critical'],
  ['important', 'high'],
  ['high', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['negligible', 'negligible'],
  ['unimportant', 'negligible'],
  ['none', 'negligible'],
])

const cvssVersions = new Map<string, CvssVersion>([
  ['CVSS_V2', 2],
  ['CVSS_V3', 3],
  ['CVSS_V4', 4],
])

/** A record rarely has more than three; a list of thousands is no rating. */
const MAX_RATINGS = 20

type Fields = Readonly<Record<string, unknown>>

/** The ratings of a whole record: its severity list, and the database's own word. */
export function topRatings(record: Fields): Rating[] {
  return [...severities(record['severity']), ...wordOf(record['database_specific'], 'severity')]
}

/** The ratings of one affected package, which replace the record's where there are some. */
export function affectedRatings(entry: Fields): Rating[] {
  return [
    ...severities(entry['severity']),
    ...wordOf(entry['database_specific'], 'severity'),
    ...wordOf(entry['ecosystem_specific'], 'severity'),
    ...wordOf(entry['ecosystem_specific'], 'urgency'),
  ]
}

/** What cannot be understood is left out: a missing rating is `unknown`, which policies can act on. */
function severities(value: unknown): Rating[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, MAX_RATINGS).flatMap((item: { readonly type?: unknown; readonly score?: unknown } | null) => {
    const { type, score } = item ?? {}
    if (typeof type !== 'string' || typeof score !== 'string') return []
    const version = cvssVersions.get(type)
    return version === undefined ? rated(type, score) : vectorRating(type, version, score.trim())
  })
}

function vectorRating(source: string, version: CvssVersion, vector: string): Rating[] {
  const score = cvssScore(version, vector)
  return score === undefined ? [] : [{ source, severity: severityOfScore(version, score), score, vector }]
}

function wordOf(container: unknown, field: string): Rating[] {
  if (typeof container !== 'object' || container === null) return []
  const word = (container as Fields)[field]
  return typeof word === 'string' ? rated('database', word) : []
}

function rated(source: string, word: string): Rating[] {
  const severity = words.get(word.trim().toLowerCase())
  return severity === undefined ? [] : [{ source, severity, score: null, vector: null }]
}
