import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { trustedBase } from './trusted-base.ts'

test.each([
  [null, ['undecidable', 'no stored image is its base']],
  [
    { references: ['hub/debian:12'], isTrusted: null },
    ['undecidable', 'no policy says whether hub/debian:12 is trusted'],
  ],
  [{ references: ['hub/debian:12'], isTrusted: false }, ['fail', 'hub/debian:12 is not on the list of trusted bases']],
  [{ references: [], isTrusted: true }, ['pass']],
])('%j', (base, outcome) => {
  expect(standing(trustedBase, { base })).toEqual(outcome)
})
