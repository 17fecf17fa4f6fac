import { describe, expect, test } from 'vitest'
import { askedPackage } from '../../../test/support/policy-records.ts'
import { askPackage } from './package-question.ts'
import type { PackageRule } from './policy.ts'

function ask(rule: Partial<PackageRule>) {
  return askPackage({ name: 'rule', action: 'fail', ...rule })
}

const log4j = askedPackage('org.apache.logging.log4j:log4j-core', {
  type: 'maven',
  ecosystem: 'Maven',
  version: '2.14.1',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
})
const ssl = askedPackage('libssl3', {
  type: 'deb',
  ecosystem: 'Debian:12',
  version: '3.0.9-1',
  source: { name: 'openssl', version: '3.0.9-1' },
})

test('what is denied is caught, by name, source or purl', () => {
  const deny = ask({ deny: ['event-stream', 'openssl', 'pkg:maven/org.apache.logging.log4j/**'] })
  const asked = [askedPackage('event-stream'), ssl, log4j, askedPackage('left-pad')]
  expect(asked.map(deny)).toEqual(['caught', 'caught', 'caught', 'free'])
})

test('what is not allowed is caught', () => {
  const allow = ask({ allow: ['lib*', 'pkg:npm/left-pad'] })
  expect([ssl, askedPackage('left-pad'), log4j].map(allow)).toEqual(['free', 'free', 'caught'])
})

test('licences are caught, free, or not stated', () => {
  const licenses = ask({ licenses: { deny: ['GPL-*'], unknown: 'warn' } })
  const under = (...stated: string[]) => licenses(askedPackage('left-pad', { licenses: stated }))
  expect([under('GPL-3.0-only'), under('GPL-3.0-only OR MIT'), under()]).toEqual(['caught', 'free', 'unlicensed'])
})

describe('a least version', () => {
  const least = ask({ minimum: { 'pkg:maven/org.apache.logging.log4j/log4j-core': '2.17.1', openssl: '3.0.11-1' } })

  test('catches older ones by the order of their ecosystem', () => {
    expect(least(log4j)).toBe('caught')
    expect(least({ ...log4j, version: '2.17.1' })).toBe('free')
    expect(least(ssl)).toBe('caught')
    expect(least({ ...ssl, version: '3.0.11-1~deb12u1' })).toBe('caught')
    expect(least({ ...ssl, version: '3.0.11-1+deb12u1' })).toBe('free')
    expect(least(askedPackage('left-pad'))).toBe('free')
  })

  test('cannot tell where versions cannot be compared', () => {
    expect(least({ ...ssl, ecosystem: '' })).toEqual({ unknown: 'versions cannot be compared' })
    expect(ask({ minimum: { 'left-pad': '1.0.0' } })(askedPackage('left-pad', { version: 'latest' }))).toEqual({
      unknown: 'versions cannot be compared',
    })
  })
})

test('an expression catches where it is true, and cannot tell where it fails', () => {
  const rules = ['1 < 2', '2 < 1', 'nothing.at.all']
  expect(rules.map((expression) => ask({ expression })(askedPackage('left-pad')))).toEqual([
    'caught',
    'free',
    { unknown: 'unknown variable nothing, expected pkg' },
  ])
})

test('a rule for some ecosystems leaves the others free, whatever it asks', () => {
  const rule = { deny: ['**'], ecosystems: ['Debian', 'PyPI'] }
  expect([ssl, askedPackage('left-pad'), { ...ssl, ecosystem: '' }].map(ask(rule))).toEqual(['caught', 'free', 'free'])
  expect(ask({ allow: [], ecosystems: ['npm'] })(ssl)).toBe('free')
})
