import { expect, test } from 'vitest'
import { gateReasons, type StateRead } from './adoption-gate.ts'

const former = { records: 1_100, ecosystems: { 'Debian:12': 1_000, npm: 60, Hex: 40 } }
const next = (rest: Partial<StateRead>): StateRead => ({
  ...former,
  read: 1_100,
  skipped: 0,
  partial: false,
  ...rest,
})
const reasons = (rest: Partial<StateRead>) => gateReasons(former, next(rest), 0.2)

test('a state that grew, or lost little, may be adopted', () => {
  expect(reasons({})).toEqual([])
  expect(reasons({ ecosystems: { 'Debian:12': 800, npm: 48, Hex: 0 } })).toEqual([])
})

test('an ecosystem that lost more than the share is named, with the numbers', () => {
  expect(reasons({ records: 850, ecosystems: { 'Debian:12': 799, Hex: 40 } })).toEqual([
    'all records: 1100 before, 850 now (-23 %)',
    'Debian:12: 1000 before, 799 now (-20 %)',
    'npm: 60 before, 0 now (-100 %)',
  ])
})

test('records that cannot be understood are told by their share', () => {
  expect(reasons({ skipped: 220 })).toEqual([])
  expect(reasons({ skipped: 221 })).toEqual(['221 of 1100 records cannot be understood'])
  expect(reasons({ read: 3, skipped: 2 })).toEqual(['2 of 3 records cannot be understood'])
})

test('of a few changed records all may be broken', () => {
  expect(reasons({ read: 3, skipped: 3, partial: true })).toEqual([])
  expect(reasons({ read: 0, partial: true })).toEqual([])
  expect(reasons({ read: 51, skipped: 51, partial: true })).toEqual(['51 of 51 records cannot be understood'])
})

test('a feed without records is not one without vulnerabilities', () => {
  expect(reasons({ read: 0, records: 0, ecosystems: {} })).toEqual([
    'it has no records at all',
    'all records: 1100 before, 0 now (-100 %)',
    'Debian:12: 1000 before, 0 now (-100 %)',
    'npm: 60 before, 0 now (-100 %)',
  ])
})
