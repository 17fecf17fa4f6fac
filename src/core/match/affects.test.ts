import { expect, test } from 'vitest'
import type { Affected, RangeEvent } from './advisory.ts'
import { affects } from './affects.ts'
import { schemeFor } from './version-schemes.ts'

interface Described {
  /** `0..1.2.3` up to the fix, `0..=1.2` up to the last affected, `1..` without end; several intervals in one range. */
  readonly ranges?: readonly (readonly string[])[]
  readonly versions?: readonly string[]
  readonly limits?: readonly string[]
}

function entry(ecosystem: string, { ranges = [], versions = [], limits = [] }: Described): Affected {
  return {
    ecosystem,
    name: 'x',
    versions,
    ranges: ranges.map((intervals) => ({
      type: 'ECOSYSTEM',
      events: [...intervals.flatMap(eventsOf), ...limits.map((limit) => ({ limit }))],
    })),
    ratings: [],
  }
}

function eventsOf(interval: string): RangeEvent[] {
  const [introduced = '', end = ''] = interval.split('..')
  if (end === '') return [{ introduced }]
  return [{ introduced }, end.startsWith('=') ? { lastAffected: end.slice(1) } : { fixed: end }]
}

function asked(ecosystem: string, described: Described, version: string): string {
  const { affected, fixed } = affects(entry(ecosystem, described), version, schemeFor(ecosystem))
  return fixed === null ? affected : `${affected}, fixed in ${fixed}`
}

test.each([
  ['npm', { ranges: [['0..1.2.3']] }, '1.2.2', 'yes, fixed in 1.2.3'],
  ['npm', { ranges: [['0..1.2.3']] }, '1.2.3', 'no'],
  ['npm', { ranges: [['1.0.0..1.2.3']] }, '0.9.0', 'no'],
  ['npm', { ranges: [['0..1.2.3', '2.0.0..2.0.5']] }, '1.5.0', 'no'],
  ['npm', { ranges: [['0..1.2.3', '2.0.0..2.0.5']] }, '2.0.0', 'yes, fixed in 2.0.5'],
  ['npm', { ranges: [['2.0.0..2.0.5', '0..1.2.3']] }, '1.0.0', 'yes, fixed in 1.2.3'],
  ['npm', { ranges: [['0..=1.2.3']] }, '1.2.3', 'yes'],
  ['npm', { ranges: [['0..=1.2.3']] }, '1.2.4', 'no'],
  ['npm', { ranges: [['0..']] }, '99.0.0', 'yes'],
  ['Debian:12', { ranges: [['0..3.0.11-1~deb12u2']] }, '3.0.11-1~deb12u1', 'yes, fixed in 3.0.11-1~deb12u2'],
  ['Debian:12', { ranges: [['0..1']] }, '0~rc1', 'yes, fixed in 1'],
  ['AlmaLinux:9', { ranges: [['0..1:3.0.7-27.el9']] }, '3.0.7-99.el9', 'yes, fixed in 1:3.0.7-27.el9'],
  ['PyPI', { ranges: [['0..2.0']] }, '2.0rc1', 'yes, fixed in 2.0'],
])('%s %j: %s? %s', (ecosystem, described, version, answer) => {
  expect(asked(ecosystem, described, version)).toBe(answer)
})

test('one interval that begins where another ends leaves no gap', () => {
  const described = { ranges: [['0..1.0.0', '1.0.0..2.0.0']] }
  expect(asked('npm', described, '1.0.0')).toBe('yes, fixed in 2.0.0')
})

test('several ranges must all have ended', () => {
  expect(asked('npm', { ranges: [['0..1.5.0'], ['1.0.0..1.8.0']] }, '1.2.0')).toBe('yes, fixed in 1.8.0')
  expect(asked('npm', { ranges: [['0..1.5.0'], ['1.0.0..']] }, '1.2.0')).toBe('yes')
})

test('a version must be below one of the limits', () => {
  const described = { ranges: [['0..']], limits: ['1.0.0', '2.0.0'] }
  expect(['1.5.0', '2.0.0'].map((version) => asked('npm', described, version))).toEqual(['yes', 'no'])
  expect(asked('npm', { ranges: [['0..']], limits: ['*'] }, '9.0.0')).toBe('yes')
})

test('enumerated versions count by their text, and alone also by their value', () => {
  expect(asked('PyPI', { versions: ['1.0'] }, '1.0')).toBe('yes')
  expect(asked('PyPI', { versions: ['1.0'] }, '1.0.0')).toBe('yes')
  expect(asked('PyPI', { versions: ['1.0'], ranges: [['2.0..3.0']] }, '1.0')).toBe('yes, fixed in 3.0')
  expect(asked('PyPI', { versions: ['1.0'], ranges: [['2.0..3.0']] }, '1.5')).toBe('no')
})

test('nothing enumerated and no range: matches nothing', () => {
  expect(asked('npm', {}, '1.0.0')).toBe('no')
})

test('cannot tell where a version cannot be compared', () => {
  expect(asked('npm', { ranges: [['0..1.0.0']] }, 'latest')).toBe('unknown')
  expect(asked('npm', { ranges: [['0..soon']] }, '1.0.0')).toBe('unknown')
  expect(asked('Nothing', { ranges: [['0..1.0.0']] }, '0.1.0')).toBe('unknown')
})

test('can tell without comparing where everything is affected, or all that is affected is enumerated', () => {
  expect(asked('Nothing', { ranges: [['0..']] }, 'latest')).toBe('yes')
  expect(asked('Nothing', { versions: ['1', '2'], ranges: [['0..3']] }, '2')).toBe('yes')
  expect(asked('Nothing', { versions: ['1', '2'], ranges: [['0..3']] }, '3')).toBe('no')
})

test('an interval that is fixed where it begins holds nothing, by its text or by its value', () => {
  expect(asked('npm', { ranges: [['1.2.0..1.2.0']] }, '1.3.0')).toBe('no')
  expect(asked('npm', { ranges: [['0..1.0.0', '1.2.0..1.2.0']] }, '1.3.0')).toBe('no')
  expect(asked('Bitnami', { ranges: [['1.24.0-0..1.24.0']] }, '1.25.0')).toBe('no')
  expect(asked('npm', { ranges: [['1.2.0..=1.2.0']] }, '1.2.0')).toBe('yes')
})
