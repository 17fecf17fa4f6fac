import { describe, expect, test } from 'vitest'
import { askedFinding, askedPackage } from '../../../test/support/policy-records.ts'
import type { AskedFinding, AskedPackage } from './asked.ts'
import { askFinding } from './finding-question.ts'
import type { FindingConditions } from './policy.ts'

const june = Date.parse('2026-06-01T00:00:00.000Z')
const openssl = askedPackage('libssl3', {
  ecosystem: 'Debian:12',
  type: 'deb',
  version: '3.0.1-1',
  source: { name: 'openssl', version: '3.0.1-1' },
  purl: 'pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&distro=debian-12',
})
const finding = askedFinding('CVE-2026-1', { aliases: ['GHSA-aaaa'], advisories: ['DEBIAN-CVE-2026-1', 'DSA-5000-1'] })

function ask(conditions: FindingConditions, some: AskedFinding = finding, subject: AskedPackage = openssl) {
  return askFinding(conditions)(some, subject, june)
}
const holds = (...parameters: Parameters<typeof ask>) => ask(...parameters).holds

test('what asks nothing holds for every finding', () => {
  expect(ask({})).toEqual({ holds: true, until: null })
})

test('a severity holds from there on, and what nobody has rated counts as medium', () => {
  const severities = ['critical', 'high', 'medium', 'unknown', 'low', 'negligible'] as const
  const from = (severity: (typeof severities)[number]): string[] =>
    severities.filter((one) => holds({ severity }, { ...finding, severity: one }))
  expect(from('critical')).toEqual(['critical'])
  expect(from('high')).toEqual(['critical', 'high'])
  expect(from('medium')).toEqual(['critical', 'high', 'medium', 'unknown'])
  expect(from('low')).toEqual(['critical', 'high', 'medium', 'unknown', 'low'])
  expect(from('negligible')).toEqual(severities)
})

test.each<[string, FindingConditions, Partial<AskedFinding>, boolean]>([
  ['a score that is reached', { score: 7.5 }, { score: 7.5 }, true],
  ['a score that is not', { score: 7.5 }, { score: 7.4 }, false],
  ['a score where there is none', { score: 0 }, { score: null }, false],
  ['a probability of exploitation that is reached', { epss: 0.5 }, { epss: 0.5 }, true],
  ['one that is not', { epss: 0.5 }, { epss: 0.49 }, false],
  ['one where there is none', { epss: 0 }, { epss: null }, false],
  ['known exploitation', { kev: true }, { kev: true }, true],
  ['known exploitation of what is not known to be exploited', { kev: true }, { kev: false }, false],
  ['none of it', { kev: false }, { kev: false }, true],
  ['none of it where there is', { kev: false }, { kev: true }, false],
  ['a fix', { fixable: true }, { fixed: '2.0' }, true],
  ['a fix where there is none', { fixable: true }, { fixed: null }, false],
  ['no fix', { fixable: false }, { fixed: null }, true],
  ['no fix where there is one', { fixable: false }, { fixed: '2.0' }, false],
])('%s', (_, conditions, rest, expected) => {
  expect(holds(conditions, { ...finding, ...rest })).toBe(expected)
})

test.each<[FindingConditions, boolean]>([
  [{ sources: ['DSA'] }, true],
  [{ sources: ['GHSA', 'DEBIAN-CVE'] }, true],
  [{ sources: ['DEBIAN-CVE-2026-1'] }, true],
  [{ sources: ['DS'] }, false],
  [{ sources: ['GHSA'] }, false],
  [{ ecosystems: ['Debian'] }, true],
  [{ ecosystems: ['Debian:12'] }, true],
  [{ ecosystems: ['npm', 'Debian:13'] }, false],
  [{ ecosystems: ['Deb'] }, false],
  [{ vulnerabilities: ['CVE-2026-*'] }, true],
  [{ vulnerabilities: ['GHSA-aaaa'] }, true],
  [{ vulnerabilities: ['DSA-5000-1'] }, true],
  [{ vulnerabilities: ['CVE-2025-*'] }, false],
  [{ packages: ['libssl*'] }, true],
  [{ packages: ['openssl'] }, true],
  [{ packages: ['pkg:deb/debian/libssl3'] }, true],
  [{ packages: ['pkg:deb/debian/libssl3@3.0.1-1'] }, true],
  [{ packages: ['pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&distro=debian-12'] }, true],
  [{ packages: ['pkg:deb/**'] }, true],
  [{ packages: ['pkg:deb/debian/libssl3@3.0.2-1'] }, false],
  [{ packages: ['pkg:npm/**', 'zlib'] }, false],
  [{ vulnerabilities: ['CVE-2026-1'], packages: ['zlib'] }, false],
  [{ severity: 'high', fixable: true, ecosystems: ['Debian'], packages: ['openssl'], kev: false, score: 7 }, true],
  [{ severity: 'high', fixable: true, ecosystems: ['Debian'], packages: ['openssl'], kev: false, score: 8 }, false],
])('%j: %j', (conditions, expected) => {
  expect(holds(conditions)).toBe(expected)
})

test('a scoped npm package is named as its purl writes it, and by its name', () => {
  const scoped = askedPackage('@babel/core')
  const fits = (pattern: string) => holds({ packages: [pattern] }, finding, scoped)
  expect(['@babel/core', '@babel/*', 'pkg:npm/%40babel/core', 'pkg:npm/%40babel/core@1.0.0', '*'].map(fits)).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
})

describe('days since the fix', () => {
  const since = (fixedSince: string | null) => ({ ...finding, fixedSince })

  test('hold from that day on, and until then say when they will', () => {
    expect(ask({ fixDays: 14 }, since('2026-05-18T00:00:00.000Z'))).toEqual({ holds: true, until: null })
    expect(ask({ fixDays: 14 }, since('2026-05-18T00:00:00.001Z'))).toEqual({
      holds: false,
      until: '2026-06-01T00:00:00.001Z',
    })
  })

  test('never hold without a fix', () => {
    expect(ask({ fixDays: 0 }, { ...since(null), fixed: null })).toEqual({ holds: false, until: null })
  })

  test('are not waited for where something else does not hold', () => {
    expect(ask({ fixDays: 14, kev: true }, since('2026-05-30T00:00:00Z'))).toEqual({ holds: false, until: null })
  })

  test('of a fix in a time that has no date never come', () => {
    expect(ask({ fixDays: 30 }, since('9999-12-31T23:59:59Z'))).toEqual({ holds: false, until: null })
    expect(ask({ fixDays: 30 }, since('+275760-09-13T00:00:00.000Z'))).toEqual({ holds: false, until: null })
  })
})

describe('an expression', () => {
  test('is asked of the finding', () => {
    const expression = 'finding.kev == false && finding.vulnerability == "CVE-2026-1" && finding.fixable'
    expect(ask({ expression })).toEqual({ holds: true, until: null })
    expect(ask({ expression }, { ...finding, kev: true })).toEqual({ holds: false, until: null })
  })

  test('that fails cannot tell', () => {
    expect(ask({ expression: 'finding.nothing' })).toEqual({
      holds: undefined,
      why: expect.stringContaining('unknown field nothing of finding'),
      until: null,
    })
    expect(ask({ expression: '1 + 1' })).toMatchObject({ holds: undefined, until: null })
  })

  test('is not asked where something else does not hold', () => {
    expect(ask({ expression: 'finding.nothing', kev: true })).toEqual({ holds: false, until: null })
  })

  test('that asks for the age of the fix may be another every day', () => {
    const fresh = { ...finding, fixedSince: '2026-05-30T12:00:00.000Z' }
    expect(ask({ expression: 'finding.fixDays == 1' }, fresh)).toEqual({
      holds: true,
      until: '2026-06-01T12:00:00.000Z',
    })
    expect(ask({ expression: 'finding.fixDays == null' }, { ...finding, fixed: null, fixedSince: null })).toEqual({
      holds: true,
      until: null,
    })
  })
})
