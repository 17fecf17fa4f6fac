import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { rebuiltWithFixes } from './rebuilt-with-fixes.ts'

test.each([
  [null, ['undecidable', 'no feed was read']],
  [{ findings: 0, oldestFixDays: null }, ['pass']],
  [{ findings: 3, oldestFixDays: 30 }, ['pass']],
  [{ findings: 3, oldestFixDays: 45.5 }, ['fail', '3 findings have a fix, the oldest for 45 days']],
  [{ findings: 1, oldestFixDays: null }, ['fail', '1 finding has a fix']],
])('%j', (fixable, outcome) => {
  expect(standing(rebuiltWithFixes, { fixable })).toEqual(outcome)
})
