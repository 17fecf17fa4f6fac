import { expect, test } from 'vitest'
import { policy } from '../../../test/support/policy-records.ts'
import { readyRules } from './rules.ts'
import { staleFeeds } from './stale-feeds.ts'

const feeds = [
  { name: 'osv', fetched: '2026-05-30T00:00:00.000Z' },
  { name: 'kev', fetched: '2026-05-31T00:00:00.000Z' },
]
const limits = (...hours: number[]) =>
  readyRules({
    policies: hours.map((maxHours, at) => policy(`p${at}`, { staleness: { maxHours, action: 'warn' } })),
    exceptions: [],
  })
const at = (now: string, ...hours: number[]) => staleFeeds(limits(...hours), feeds, now)

test('a feed is too old from the hour of the limit on', () => {
  expect(at('2026-05-31T23:59:59.999Z', 48)).toBe('')
  expect(at('2026-06-01T00:00:00.000Z', 48)).toBe('48 osv')
  expect(at('2026-06-02T00:00:00.000Z', 48)).toBe('48 osv\n48 kev')
})

test('each limit counts for itself, once', () => {
  expect(at('2026-06-01T00:00:00.000Z', 48, 24, 100, 24)).toBe('24 osv\n24 kev\n48 osv')
})

test('without a limit nothing is too old', () => {
  expect(at('2036-06-01T00:00:00.000Z')).toBe('')
})
