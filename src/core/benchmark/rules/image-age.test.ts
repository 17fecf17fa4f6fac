import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { imageAge } from './image-age.ts'

test.each([
  [null, ['undecidable', 'it does not say when it was built']],
  ['yesterday', ['undecidable', 'it does not say when it was built']],
  ['1970-01-01T00:00:00Z', ['undecidable', 'its date, 1970-01-01T00:00:00Z, is no date of a build']],
  ['2025-06-02T00:00:00Z', ['pass']],
  ['2025-05-01T00:00:00Z', ['fail', 'it was built 396 days ago']],
])('%s', (created, outcome) => {
  expect(standing(imageAge, { created })).toEqual(outcome)
})
