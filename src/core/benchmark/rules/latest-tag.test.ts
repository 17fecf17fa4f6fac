import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { latestTag } from './latest-tag.ts'

test.each([
  [[], ['not-applicable', 'no tag points to it']],
  [['latest'], ['fail', 'latest is its only tag']],
  [['latest', '1.4'], ['pass']],
  [['1.4'], ['pass']],
])('%j', (tags, outcome) => {
  expect(standing(latestTag, { tags })).toEqual(outcome)
})
