import { expect, test } from 'vitest'
import type { Severity } from '../match/advisory.ts'
import { countFindings, totalCounts } from './counts.ts'
import type { Finding } from './policy.ts'

function finding(vulnerability: string, severity: Severity, more: Partial<Finding> = {}): Finding {
  return {
    vulnerability,
    advisory: vulnerability,
    aliases: [],
    advisories: [vulnerability],
    fixed: null,
    severity,
    score: null,
    vector: null,
    ratings: [],
    published: null,
    summary: null,
    package: 'pkg:deb/debian/openssl@3.0.1',
    firstSeen: '2026-01-01T00:00:00Z',
    state: 'open',
    suppressed: null,
    ...more,
  }
}

test('open findings are counted by severity, negligible ones as low', () => {
  const severities: Severity[] = ['critical', 'high', 'high', 'medium', 'low', 'negligible', 'unknown']
  const findings = severities.map((severity, at) =>
    finding(`CVE-2026-${at}`, severity, { fixed: at < 3 ? '3.0.2' : null }),
  )
  expect(countFindings(findings)).toEqual({ critical: 1, high: 2, medium: 1, low: 2, unknown: 1, fixable: 3 })
})

test('suppressed findings do not count, and a package in several places counts once', () => {
  const suppressed = { by: 'vex', reason: 'not reachable', until: null } as const
  const findings = [
    finding('CVE-2026-1', 'high'),
    finding('CVE-2026-1', 'high'),
    finding('CVE-2026-1', 'high', { package: 'pkg:deb/debian/libssl3@3.0.1' }),
    finding('CVE-2026-2', 'critical', { state: 'suppressed', suppressed, fixed: '3.0.2' }),
  ]
  expect(countFindings(findings)).toEqual({ critical: 0, high: 2, medium: 0, low: 0, unknown: 0, fixable: 0 })
})

test('the platforms of an index are added up', () => {
  const one = { critical: 1, high: 2, medium: 3, low: 4, unknown: 5, fixable: 6 }
  expect(totalCounts([one, one])).toEqual({ critical: 2, high: 4, medium: 6, low: 8, unknown: 10, fixable: 12 })
  expect(totalCounts([])).toEqual({ critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 })
})
