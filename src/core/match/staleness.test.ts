import { expect, test } from 'vitest'
import { isStale } from './staleness.ts'

test('advisories are stale a day after they were fetched', () => {
  const fetched = '2026-05-01T12:00:00Z'
  expect(isStale(fetched, new Date('2026-05-02T12:00:00Z'))).toBe(false)
  expect(isStale(fetched, new Date('2026-05-02T12:00:01Z'))).toBe(true)
  expect(isStale(fetched, new Date('2026-05-01T13:00:01Z'), 3600)).toBe(true)
})
