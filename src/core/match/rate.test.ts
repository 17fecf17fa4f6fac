import { expect, test } from 'vitest'
import type { Advisory, Affected, Rating } from './advisory.ts'
import type { Match } from './finding.ts'
import { decidingRating, ratedIds, ratingIds, withRatings } from './rate.ts'

const vector = (severity: Rating['severity'], score: number): Rating => ({
  source: 'CVSS_V3',
  severity,
  score,
  vector: `CVSS:3.1/${score}`,
})
const word = (severity: Rating['severity']): Rating => ({ source: 'database', severity, score: null, vector: null })

const advisory = (id: string, ratings: readonly Rating[], fields: Partial<Advisory> = {}): Advisory => ({
  id,
  aliases: [],
  upstream: [],
  related: [],
  modified: '2024-01-01T00:00:00Z',
  published: null,
  withdrawn: null,
  summary: null,
  ratings,
  affected: [entry('npm')],
  references: [],
  ...fields,
})

const entry = (ecosystem: string, ratings: readonly Rating[] = []): Affected => ({
  ecosystem,
  name: 'a',
  versions: [],
  ranges: [],
  ratings,
})

const debian: Match = {
  vulnerability: 'CVE-2024-0001',
  advisory: 'DEBIAN-CVE-2024-0001',
  aliases: [],
  advisories: ['DEBIAN-CVE-2024-0001'],
  fixed: null,
  severity: 'unknown',
  score: null,
  vector: null,
  ratings: [],
  published: null,
  summary: null,
}

const known = (records: Record<string, readonly Advisory[]>) => new Map(Object.entries(records))

test('what the distribution does not rate is rated by the vulnerability’s own record, and every opinion is kept', () => {
  const ghsa = advisory('GHSA-1', [vector('high', 8.1), word('critical')])
  const own = advisory('CVE-2024-0001', [vector('medium', 5.5)])
  const alpine = advisory('ALPINE-CVE-2024-0001', [word('low')], { affected: [entry('Alpine:v3.20')] })
  const rating = known({ 'CVE-2024-0001': [alpine, ghsa, own] })
  expect(ratingIds(debian)).toEqual(['CVE-2024-0001'])
  expect(withRatings(debian, rating)).toEqual({
    ...debian,
    severity: 'medium',
    score: 5.5,
    vector: 'CVSS:3.1/5.5',
    ratings: [
      { advisory: 'CVE-2024-0001', ...vector('medium', 5.5) },
      { advisory: 'GHSA-1', ...vector('high', 8.1) },
      { advisory: 'GHSA-1', ...word('critical') },
      { advisory: 'ALPINE-CVE-2024-0001', ...word('low') },
    ],
  })
})

test('the distribution’s own rating is the one that counts, the others stand behind it', () => {
  const ratings = [{ advisory: 'UBUNTU-CVE-2024-0001', ...word('low') }]
  const rated = { ...debian, severity: 'low', ratings } as const
  const own = advisory('CVE-2024-0001', [vector('critical', 9.8)])
  const match = withRatings(rated, known({ 'CVE-2024-0001': [own] }))
  expect([match.severity, match.score, match.ratings.length]).toEqual(['low', null, 2])
  expect(decidingRating(match.ratings)?.advisory).toBe('UBUNTU-CVE-2024-0001')
})

test('an erratum is as bad as the worst it fixes, but never harmless while one of them is not rated', () => {
  const erratum = { ...debian, vulnerability: 'ALSA-1', advisory: 'ALSA-1', advisories: ['ALSA-1'] }
  const both = { ...erratum, aliases: ['CVE-2024-0001', 'CVE-2024-0002'] }
  const low = { 'CVE-2024-0001': [advisory('GHSA-1', [vector('low', 2)])] }
  const high = { 'CVE-2024-0002': [advisory('GHSA-2', [vector('high', 8)])] }
  expect(withRatings(both, known({ ...low, ...high })).severity).toBe('high')
  expect(withRatings(both, known(high)).severity).toBe('high')
  expect(withRatings(both, known(low)).severity).toBe('unknown')
})

test('a record that only rates its packages counts too; one without rating, or withdrawn, is not looked up', () => {
  const bitnami = advisory('BIT-a-2024-0001', [], {
    aliases: ['CVE-2024-0001'],
    affected: [entry('Bitnami', [vector('high', 7.5)]), entry('Bitnami', [vector('high', 7.5)])],
  })
  expect(ratedIds(bitnami)).toEqual(['BIT-a-2024-0001', 'CVE-2024-0001'])
  expect(withRatings(debian, known({ 'CVE-2024-0001': [bitnami] })).ratings).toHaveLength(1)
  expect(ratedIds(advisory('GHSA-1', []))).toEqual([])
  expect(ratedIds({ ...bitnami, withdrawn: '2024-02-01T00:00:00Z' })).toEqual([])
})

test('nothing known changes nothing', () => {
  expect(withRatings(debian, new Map())).toBe(debian)
})
