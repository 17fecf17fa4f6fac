import { expect, test } from 'vitest'
import type { Advisory, Affected, Range } from './advisory.ts'
import { explainMatch } from './explain.ts'
import { findMatches } from './find.ts'
import type { MatchSubject } from './finding.ts'

const advisory = (id: string, affected: readonly Affected[], fields: Partial<Advisory> = {}): Advisory => ({
  id,
  aliases: ['CVE-2024-0001'],
  upstream: [],
  related: [],
  modified: '2024-01-01T00:00:00Z',
  published: null,
  withdrawn: null,
  summary: null,
  ratings: [],
  affected,
  references: [],
  ...fields,
})

const entry = (events: Range['events'], fields: Partial<Affected> = {}): Affected => ({
  ecosystem: 'npm',
  name: 'pad',
  versions: [],
  ranges: events.length > 0 ? [{ type: 'SEMVER', events }] : [],
  ratings: [],
  ...fields,
})

const pad: MatchSubject = { ecosystem: 'npm', name: 'pad', version: '1.2.3', source: null }
const reasons = (subject: MatchSubject, ...advisories: readonly Advisory[]) =>
  explainMatch(subject, advisories).advisories.map(({ affected, because }) => `${affected}: ${because}`)
const why = (...events: Range['events']) =>
  explainMatch(pad, [advisory('GHSA-1', [entry(events)])]).advisories[0]?.entries[0]?.because

test('says which comparison decided', () => {
  expect(why({ introduced: '0' }, { fixed: '1.3.0' })).toBe('1.2.3 is before fixed 1.3.0')
  expect(why({ introduced: '1.0.0' }, { fixed: '1.3.0' })).toBe(
    '1.2.3 is at or after introduced 1.0.0 and before fixed 1.3.0',
  )
  expect(why({ introduced: '1.0.0' })).toBe('1.2.3 is at or after introduced 1.0.0 and no fix is known')
  expect(why({ introduced: '0' })).toBe('1.2.3 is affected as every version is: no fix is known')
  expect(why({ introduced: '0' }, { lastAffected: '1.2.3' })).toBe('1.2.3 is not after last affected 1.2.3')
  expect(why({ introduced: '0' }, { fixed: '1.2.0' })).toBe('1.2.3 is at or after fixed 1.2.0')
  expect(why({ introduced: '0' }, { lastAffected: '1.2.2' })).toBe('1.2.3 is after last affected 1.2.2')
  expect(why({ introduced: '2.0.0' }, { fixed: '2.1.0' })).toBe('1.2.3 is before introduced 2.0.0')
  expect(why({ introduced: '0' }, { limit: '1.2.0' })).toBe('1.2.3 is not below limit 1.2.0')
  expect(why({ introduced: '0' }, { fixed: 'soon' })).toBe('1.2.3 cannot be compared with fixed soon')
})

test('the enumerated versions of a record without ranges decide', () => {
  const listing = (...versions: string[]) => advisory('GHSA-1', [entry([], { versions })])
  expect(reasons(pad, listing('1.2.2', '1.2.4'))).toEqual(['no: 1.2.3 is not among the enumerated versions (2)'])
  expect(explainMatch(pad, [listing('1.2.3')]).advisories[0]?.entries[0]?.because).toBe(
    '1.2.3 is among the enumerated versions (1)',
  )
})

test('says which record decides, why others join it, and why others say no', () => {
  const affected = [entry([{ introduced: '0' }, { fixed: '1.3.0' }])]
  const explanation = reasons(
    pad,
    advisory('GHSA-1', affected),
    advisory('x_OTHER-1', [entry([{ introduced: '0' }])]),
    advisory('GHSA-2', affected, { withdrawn: '2024-02-01T00:00:00Z' }),
    advisory('GHSA-3', [entry([{ introduced: '0' }, { fixed: '1.2.0' }])]),
    advisory('GHSA-4', [entry([{ introduced: '0' }], { name: 'padding' })]),
  )
  expect(explanation).toEqual([
    'yes: decides',
    'yes: says so of CVE-2024-0001 too; GHSA-1 decides, it knows a fix',
    'withdrawn: was withdrawn on 2024-02-01T00:00:00Z, and matches nothing',
    'no: 1.2.3 is at or after fixed 1.2.0',
    'no: does not name this package in its release',
  ])
})

test('says what the record is about elsewhere, and of whose version it speaks', () => {
  const subject = {
    ecosystem: 'Debian:12',
    name: 'libssl3',
    version: '3.0.11-1+b1',
    source: { name: 'openssl', version: '3.0.11-1' },
  }
  const range = [{ introduced: '0' }, { fixed: '3.0.12-1' }]
  const one = advisory('DEBIAN-CVE-2024-0001', [
    entry(range, { ecosystem: 'Debian:12', name: 'openssl' }),
    entry(range, { ecosystem: 'Debian:11', name: 'openssl' }),
  ])
  const [explained] = explainMatch(subject, [one]).advisories
  expect(explained?.elsewhere).toEqual(['Debian:11 openssl'])
  expect(explained?.entries).toEqual([
    {
      ecosystem: 'Debian:12',
      name: 'openssl',
      version: '3.0.11-1',
      affected: 'yes',
      because: '3.0.11-1 is before fixed 3.0.12-1',
      ranges: [{ events: range, affected: 'yes', because: '3.0.11-1 is before fixed 3.0.12-1' }],
    },
  ])
})

test('finds what findMatches finds', () => {
  const advisories = [
    advisory('GHSA-1', [entry([{ introduced: '0' }, { fixed: '1.3.0' }])]),
    advisory('GHSA-2', [entry([{ introduced: '0' }])], { aliases: [] }),
  ]
  expect(explainMatch(pad, advisories).matches).toEqual(findMatches(pad, advisories).matches)
})

test('a version of another form is said to be incomparable', () => {
  const [reason] = reasons(
    { ...pad, version: 'latest' },
    advisory('GHSA-1', [entry([{ introduced: '0' }, { fixed: '2.0.0' }])]),
  )
  expect(reason).toBe('unknown: version latest or one that the advisory names is not of the form that semver orders')
})
