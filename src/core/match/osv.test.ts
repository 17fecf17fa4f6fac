import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_RECORD_BYTES, parseOsv } from './osv.ts'

function parsed(record: unknown) {
  const notes: string[] = []
  const text = typeof record === 'string' ? record : JSON.stringify(record)
  return { advisory: parseOsv(Buffer.from(text), (problem) => notes.push(problem)), notes }
}

/** The smallest record, with one entry that has what is asked for. */
const withEntry = (entry: object) => ({ id: 'X-1', affected: [{ package: { ecosystem: 'npm', name: 'a' }, ...entry }] })

test('takes what matching needs of a record, and nothing else', () => {
  const record = {
    schema_version: '1.7.4',
    id: 'GHSA-aaaa-bbbb-cccc',
    aliases: ['CVE-2020-1'],
    related: ['CVE-2020-2'],
    modified: '2024-01-02T03:04:05Z',
    published: '2024-01-01T00:00:00Z',
    summary: 'Prototype\u0007 pollution',
    details: 'long text',
    severity: [
      { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
      { type: 'CVSS_V3', score: 'CVSS:3.1/nonsense' },
      { type: 'SOMETHING_NEW', score: '?' },
    ],
    affected: [
      {
        package: { ecosystem: 'npm', name: '@scope/pkg', purl: 'pkg:npm/%40scope/pkg' },
        ranges: [
          { type: 'GIT', repo: 'https://example.com/x', events: [{ introduced: '0' }] },
          {
            type: 'SEMVER',
            events: [{ introduced: '0' }, { fixed: '1.2.3' }, { introduced: '2.0.0', last_affected: '2.1.0' }],
          },
        ],
        versions: ['0.9.0'],
      },
      { ranges: [{ type: 'GIT', repo: 'https://example.com/x', events: [{ introduced: '0' }] }] },
    ],
    references: [
      { type: 'WEB', url: 'https://example.com/advisory' },
      { type: 'WEB', url: 'javascript:alert(1)' },
      null,
    ],
    database_specific: { severity: 'MODERATE' },
  }
  expect(parsed(record)).toEqual({
    notes: [],
    advisory: {
      id: 'GHSA-aaaa-bbbb-cccc',
      aliases: ['CVE-2020-1'],
      upstream: [],
      related: ['CVE-2020-2'],
      modified: '2024-01-02T03:04:05Z',
      published: '2024-01-01T00:00:00Z',
      withdrawn: null,
      summary: 'Prototype pollution',
      ratings: [
        { source: 'CVSS_V3', severity: 'critical', score: 9.8, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
        { source: 'database', severity: 'medium', score: null, vector: null },
      ],
      affected: [
        {
          ecosystem: 'npm',
          name: '@scope/pkg',
          versions: ['0.9.0'],
          ranges: [
            {
              type: 'SEMVER',
              events: [{ introduced: '0' }, { fixed: '1.2.3' }, { introduced: '2.0.0' }, { lastAffected: '2.1.0' }],
            },
          ],
          ratings: [],
        },
      ],
      references: ['https://example.com/advisory'],
    },
  })
})

test.each([
  ['Ubuntu', { severity: [{ type: 'Ubuntu', score: 'negligible' }] }, 'negligible'],
  ['CVSS 2', { severity: [{ type: 'CVSS_V2', score: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' }] }, 'high'],
  ['Red Hat', { database_specific: { severity: 'Important' } }, 'high'],
  ['a word like a property of every object', { severity: [{ type: 'constructor', score: 'toString' }] }, undefined],
])('reads severities as %s writes them', (_, fields, severity) => {
  expect(parsed({ id: 'X-1', ...fields }).advisory?.ratings[0]?.severity).toBe(severity)
})

test('reads the ratings of one package apart', () => {
  const { advisory } = parsed(withEntry({ ecosystem_specific: { urgency: 'unimportant' } }))
  expect(advisory?.affected[0]?.ratings).toEqual([
    { source: 'database', severity: 'negligible', score: null, vector: null },
  ])
})

test('keeps withdrawn records, and takes the first line of the details where there is no summary', () => {
  const { advisory } = parsed({ id: 'X-1', withdrawn: '2024-01-01T00:00:00Z', details: '\nOne line.\nAnother.' })
  expect([advisory?.withdrawn, advisory?.summary]).toEqual(['2024-01-01T00:00:00Z', 'One line.'])
})

test.each([
  ['', 'is not JSON'],
  ['{"id":"X-1"', 'is not JSON'],
  ['[]', 'the record is not an object'],
  [{}, 'id is missing or no text'],
  [{ id: 7 }, 'id is missing or no text'],
  [{ id: 'X 1' }, 'id has characters that no id has'],
  [{ id: 'X'.repeat(1001) }, 'id is longer than 1000 characters'],
  [{ id: 'X-1', aliases: 'CVE-2020-1' }, 'aliases is not a list'],
  [{ id: 'X-1', aliases: [null] }, 'aliases[0] is missing or no text'],
  [{ id: 'X-1', withdrawn: true }, 'withdrawn is missing or no text'],
  [{ id: 'X-1', affected: [1] }, 'affected[0] is not an object'],
  [withEntry({ package: { name: 'a' } }), 'affected[0].package.ecosystem is missing or no text'],
  [withEntry({ versions: [1] }), 'affected[0].versions[0] is missing or no text'],
  [
    withEntry({ ranges: [{ type: 'WEEKLY', events: [] }] }),
    'affected[0].ranges[0].type is not one of SEMVER, ECOSYSTEM, GIT',
  ],
  [
    withEntry({ ranges: [{ type: 'SEMVER', events: [{ fixed: '1.0.0' }] }] }),
    'affected[0].ranges[0] has no introduced event',
  ],
  [
    withEntry({ ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { ended: '1' }] }] }),
    'affected[0].ranges[0].events[1] is none of introduced, fixed, last_affected, limit',
  ],
  [withEntry({ versions: Array(50_001).fill('1') }), 'affected[0].versions has 50001 items, more than 50000'],
])('refuses a broken record as a whole and says why: %j', (record, problem) => {
  expect(parsed(record)).toEqual({ advisory: undefined, notes: [problem] })
})

test('does not even parse a record that is too long', () => {
  const notes: string[] = []
  expect(parseOsv(Buffer.alloc(MAX_RECORD_BYTES + 1, ' '), (problem) => notes.push(problem))).toBeUndefined()
  expect(notes).toEqual([`is ${MAX_RECORD_BYTES + 1} bytes long, more than ${MAX_RECORD_BYTES}`])
})

test('gives an advisory or a note, and throws at nothing, whatever the JSON', () => {
  const keys = [
    'id',
    'aliases',
    'severity',
    'affected',
    'package',
    'ranges',
    'events',
    'introduced',
    'versions',
    'references',
  ]
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.constantFrom(null, 0, 'x', '', true),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
  })).object
  fc.assert(
    fc.property(json, (record) => {
      const { advisory, notes } = parsed(record)
      expect(notes.length).toBe(advisory ? 0 : 1)
    }),
    { numRuns: 500 },
  )
})
