import { expect, test } from 'vitest'
import type { Advisory, Affected, Rating } from './advisory.ts'
import { findMatches } from './find.ts'
import type { MatchSubject } from './finding.ts'

const advisory = (id: string, fields: Partial<Advisory>): Advisory => ({
  id,
  aliases: [],
  upstream: [],
  related: [],
  modified: '2024-01-01T00:00:00Z',
  published: null,
  withdrawn: null,
  summary: null,
  ratings: [],
  affected: [],
  references: [],
  ...fields,
})

const below = (ecosystem: string, name: string, fixed: string | null): Affected => ({
  ecosystem,
  name,
  versions: [],
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...(fixed === null ? [] : [{ fixed }])] }],
  ratings: [],
})

const rating = (source: string, severity: Rating['severity'], score: number | null, vector: string | null): Rating => ({
  source,
  severity,
  score,
  vector,
})

const openssl: MatchSubject = {
  ecosystem: 'Debian:12',
  name: 'libssl3',
  version: '3.0.11-1+b1',
  source: { name: 'openssl', version: '3.0.11-1' },
}
const lodash: MatchSubject = { ecosystem: 'npm', name: 'lodash', version: '4.17.4', source: null }
const perl: MatchSubject = {
  ecosystem: 'AlmaLinux:8',
  name: 'perl-libs',
  version: '4:5.26.3-420.el8',
  source: { name: 'perl', version: '4:5.26.3-420.el8' },
}

const brief = (subject: MatchSubject, advisories: readonly Advisory[]) =>
  findMatches(subject, advisories).matches.map(({ vulnerability, advisory, aliases, fixed }) => ({
    vulnerability,
    advisory,
    aliases,
    fixed,
  }))

test('says everything about a match that one advisory can say', () => {
  const one = advisory('DEBIAN-CVE-2024-0001', {
    upstream: ['CVE-2024-0001'],
    published: '2024-02-01T00:00:00Z',
    summary: 'a flaw',
    ratings: [rating('CVSS_V3', 'high', 7.5, 'CVSS:3.1/…')],
    affected: [below('Debian:12', 'openssl', '3.0.13-1~deb12u1')],
  })
  expect(findMatches(openssl, [one])).toEqual({
    matches: [
      {
        vulnerability: 'CVE-2024-0001',
        advisory: 'DEBIAN-CVE-2024-0001',
        aliases: [],
        advisories: ['DEBIAN-CVE-2024-0001'],
        fixed: '3.0.13-1~deb12u1',
        severity: 'high',
        score: 7.5,
        vector: 'CVSS:3.1/…',
        ratings: [
          {
            advisory: 'DEBIAN-CVE-2024-0001',
            source: 'CVSS_V3',
            severity: 'high',
            score: 7.5,
            vector: 'CVSS:3.1/…',
          },
        ],
        published: '2024-02-01T00:00:00Z',
        summary: 'a flaw',
      },
    ],
    uncomparable: [],
  })
})

test('Debian: by the source package, its version, and the release', () => {
  expect(
    brief(openssl, [
      advisory('DEBIAN-CVE-2024-0001', { affected: [below('Debian:12', 'openssl', '3.0.11-1')] }), // binary is later, source is fixed
      advisory('DEBIAN-CVE-2024-0002', { affected: [below('Debian:12', 'libssl3', '9')] }), // another source of that name
      advisory('DEBIAN-CVE-2024-0003', { affected: [below('Debian:11', 'openssl', '9')] }),
      advisory('DEBIAN-CVE-2024-0004', { affected: [below('Debian', 'openssl', '9')] }), // all releases
    ]).map(({ vulnerability }) => vulnerability),
  ).toEqual(['CVE-2024-0004'])
})

test('rpm: by the binary and by the source package', () => {
  const advisories = [
    advisory('ALSA-2024:1', {
      related: ['CVE-2024-0001'],
      affected: [below('AlmaLinux:8', 'perl-libs', '4:5.26.3-422.el8')],
    }),
    advisory('RLSA-2024:2', {
      upstream: ['CVE-2024-0002'],
      affected: [below('AlmaLinux:8', 'perl', '4:5.26.3-423.el8')],
    }),
  ]
  expect(brief(perl, advisories).map(({ vulnerability }) => vulnerability)).toEqual(['CVE-2024-0001', 'CVE-2024-0002'])
})

test('rpm: the fix of a module says nothing about an ordinary build, nor the other way round', () => {
  const modular = advisory('ALSA-2024:1', {
    affected: [below('AlmaLinux:8', 'perl-libs', '4:5.30.1-452.module_el8.6.0+2766+8bf0b7ce')],
  })
  const ordinary = advisory('ALSA-2024:2', { affected: [below('AlmaLinux:8', 'perl-libs', '4:5.30.1-452.el8')] })
  const installed = { ...perl, source: null }
  const module = { ...installed, version: '4:5.24.4-404.module_el8.1.0+229+cd132df8' }
  expect(brief(installed, [modular, ordinary]).map(({ advisory }) => advisory)).toEqual(['ALSA-2024:2'])
  expect(brief(module, [modular, ordinary]).map(({ advisory }) => advisory)).toEqual(['ALSA-2024:1'])
})

test('Ubuntu: a fix that only subscribers get is no fix for others, and counts for those who have it', () => {
  const bash = { ecosystem: 'Ubuntu:18.04:LTS', name: 'bash', version: '4.4-1', source: null }
  const pro = below('Ubuntu:Pro:18.04:LTS', 'bash', '4.4-1+esm2')
  const plain = below('Ubuntu:18.04:LTS', 'bash', null)
  const [first, both] = [[pro], [plain, pro]].map((affected) => advisory('UBUNTU-CVE-2024-0001', { affected }))
  const fixes = (version: string, one: Advisory) =>
    findMatches({ ...bash, version, source: { name: 'bash', version } }, [one]).matches.map(({ fixed }) => fixed)
  expect([fixes('4.4-1', first!), fixes('4.4-1', both!)]).toEqual([[null], [null]])
  expect([fixes('4.4-1+esm1', both!), fixes('4.4-1+esm2', both!)]).toEqual([['4.4-1+esm2'], []])
})

test('PyPI: whatever the spelling of the name', () => {
  const subject = { ecosystem: 'PyPI', name: 'Flask_Cors', version: '3.0.8', source: null }
  expect(
    brief(subject, [advisory('PYSEC-2020-43', { affected: [below('PyPI', 'flask-cors', '3.0.9')] })]),
  ).toHaveLength(1)
})

test('withdrawn records match nothing', () => {
  const withdrawn = advisory('GHSA-1', { withdrawn: '2024-01-01T00:00:00Z', affected: [below('npm', 'lodash', null)] })
  expect(findMatches(lodash, [withdrawn])).toEqual({ matches: [], uncomparable: [] })
})

test('merges advisories that share an id, directly or through others', () => {
  const affected = (fixed: string | null) => [below('npm', 'lodash', fixed)]
  const word = rating('database', 'low', null, null)
  const vectors = [rating('CVSS_V2', 'medium', 5, 'AV:…'), rating('CVSS_V3', 'medium', 6.5, 'CVSS:3.1/…')]
  const { matches } = findMatches(lodash, [
    advisory('x_NSWG-1', { aliases: ['CVE-2018-0001'], summary: 'words', affected: affected(null) }),
    advisory('GHSA-2', { aliases: ['GHSA-1'], affected: affected('4.17.9') }),
    advisory('GHSA-1', { aliases: ['CVE-2018-0001'], ratings: [...vectors, word], affected: affected('4.17.5') }),
  ])
  expect(matches).toEqual([
    {
      vulnerability: 'CVE-2018-0001',
      advisory: 'GHSA-1', // knows a fix and is rated
      aliases: ['GHSA-2', 'x_NSWG-1'],
      advisories: ['GHSA-1', 'GHSA-2', 'x_NSWG-1'],
      fixed: '4.17.5',
      severity: 'low', // the publisher's own word
      score: 6.5, // of the newer vector
      vector: 'CVSS:3.1/…',
      ratings: [...vectors, word].map((rating) => ({ advisory: 'GHSA-1', ...rating })),
      published: null,
      summary: 'words',
    },
  ])
})

test('an erratum over several CVEs is one match with all of them', () => {
  const erratum = advisory('ALSA-2024:1', {
    related: ['CVE-2024-0002', 'CVE-2024-0001'],
    affected: [below('AlmaLinux:8', 'perl-libs', '4:5.26.3-422.el8')],
  })
  expect(brief(perl, [erratum])).toEqual([
    {
      vulnerability: 'ALSA-2024:1',
      advisory: 'ALSA-2024:1',
      aliases: ['CVE-2024-0001', 'CVE-2024-0002'],
      fixed: '4:5.26.3-422.el8',
    },
  ])
})

test('… and where others speak of its CVEs alone it joins them, and keeps only the rest', () => {
  const affected = [below('Debian:12', 'openssl', '3.0.15-1~deb12u1')]
  const erratum = (cves: string[]) => advisory('DSA-5764-1', { upstream: cves, affected })
  const alone = advisory('DEBIAN-CVE-2024-0001', { upstream: ['CVE-2024-0001'], affected })
  expect(brief(openssl, [erratum(['CVE-2024-0001', 'CVE-2024-0002']), alone])).toEqual([
    { vulnerability: 'CVE-2024-0001', advisory: 'DEBIAN-CVE-2024-0001', aliases: [], fixed: '3.0.15-1~deb12u1' },
    { vulnerability: 'DSA-5764-1', advisory: 'DSA-5764-1', aliases: ['CVE-2024-0002'], fixed: '3.0.15-1~deb12u1' },
  ])
  const other = advisory('DEBIAN-CVE-2024-0002', { upstream: ['CVE-2024-0002'], affected })
  const { matches } = findMatches(openssl, [erratum(['CVE-2024-0001', 'CVE-2024-0002']), alone, other])
  expect(matches.map(({ vulnerability, advisories }) => [vulnerability, ...advisories])).toEqual([
    ['CVE-2024-0001', 'DEBIAN-CVE-2024-0001', 'DSA-5764-1'],
    ['CVE-2024-0002', 'DEBIAN-CVE-2024-0002', 'DSA-5764-1'],
  ])
})

test('two errata that share one CVE stay two', () => {
  const affected = [below('AlmaLinux:8', 'perl-libs', '4:5.26.3-422.el8')]
  const errata = [
    advisory('ALSA-2024:1', { related: ['CVE-2024-0001', 'CVE-2024-0002'], affected }),
    advisory('ALSA-2024:2', { related: ['CVE-2024-0002', 'CVE-2024-0003'], affected }),
  ]
  expect(brief(perl, errata).map(({ advisory }) => advisory)).toEqual(['ALSA-2024:1', 'ALSA-2024:2'])
})

test("a language record's related ids are other vulnerabilities", () => {
  const one = advisory('GHSA-1', { related: ['CVE-2018-0009'], affected: [below('npm', 'lodash', '4.17.5')] })
  expect(brief(lodash, [one])).toEqual([{ vulnerability: 'GHSA-1', advisory: 'GHSA-1', aliases: [], fixed: '4.17.5' }])
})

test('the fix is one that no entry of the advisory holds', () => {
  const builds = ['2.0.0-1.el8', '1.5.0-1.el8', '1.6.0-1.el8'].map((fixed) => below('AlmaLinux:8', 'perl-libs', fixed))
  const installed = { ...perl, version: '1.4.0-1.el8', source: null }
  expect(brief(installed, [advisory('ALSA-2024:1', { affected: builds })])[0]?.fixed).toBe('2.0.0-1.el8')
})

test('of several ranges the fix is that of the branch which is installed', () => {
  const events = (introduced: string, fixed: string) => ({
    type: 'SEMVER' as const,
    events: [{ introduced }, { fixed }],
  })
  const ranges = [events('0', '3.10.2'), events('4.0.0', '4.17.5'), events('5.0.0', '5.0.1')]
  const one = advisory('GHSA-1', { affected: [{ ...below('npm', 'lodash', null), ranges }] })
  const fix = (version: string) => findMatches({ ...lodash, version }, [one]).matches.map(({ fixed }) => fixed)
  expect([fix('3.0.0'), fix('4.17.4'), fix('5.0.0'), fix('3.10.2')]).toEqual([['3.10.2'], ['4.17.5'], ['5.0.1'], []])
})

test('the rating of the affected package replaces that of the record', () => {
  const entry = { ...below('Debian:12', 'openssl', null), ratings: [rating('database', 'negligible', null, null)] }
  const one = advisory('DEBIAN-CVE-2024-0001', {
    ratings: [rating('CVSS_V3', 'critical', 9.8, 'CVSS:3.1/…')],
    affected: [entry],
  })
  expect(findMatches(openssl, [one]).matches[0]?.severity).toBe('negligible')
})

test('lists advisories that it cannot compare, with the reason', () => {
  const one = advisory('GHSA-1', { affected: [below('npm', 'lodash', '4.17.5'), below('Elsewhere', 'a:b', '1.0')] })
  const strange = { ...lodash, version: 'latest' }
  const maven = { ...lodash, ecosystem: 'Elsewhere', name: 'a:b' }
  const long = { ...lodash, version: `1.${'0'.repeat(1000)}` }
  expect([strange, maven, long].map((subject) => findMatches(subject, [one]))).toEqual([
    {
      matches: [],
      uncomparable: [
        {
          advisory: 'GHSA-1',
          reason: 'version latest or one that the advisory names is not of the form that semver orders',
        },
      ],
    },
    { matches: [], uncomparable: [{ advisory: 'GHSA-1', reason: 'versions of Elsewhere cannot be compared yet' }] },
    { matches: [], uncomparable: [{ advisory: 'GHSA-1', reason: 'the version is longer than 1000 characters' }] },
  ])
})

test('a vulnerability never takes the name of another, of which its record only says that it derives from it', () => {
  const affected = [below('npm', 'lodash', '4.17.21')]
  const matches = brief(lodash, [
    advisory('GHSA-a', { aliases: ['CVE-2021-2222'], upstream: ['CVE-2020-1111'], affected }),
    advisory('GHSA-b', { aliases: ['CVE-2020-1111'], affected }),
  ])
  expect(matches.map(({ vulnerability }) => vulnerability).sort()).toEqual(['CVE-2020-1111', 'CVE-2021-2222'])
})
