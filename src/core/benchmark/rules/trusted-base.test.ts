import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { trustedBase } from './trusted-base.ts'

const debian = { references: ['hub/debian:12'] }

test.each([
  [null, null, ['undecidable', 'no stored image is its base']],
  [null, false, ['undecidable', 'no stored image is its base']],
  [debian, null, ['undecidable', 'no policy says whether hub/debian:12 is trusted']],
  [debian, false, ['fail', 'hub/debian:12 is not on the list of trusted bases']],
  [debian, true, ['pass']],
  // A base on the list is its own.
  [null, true, ['pass']],
])('%j, trusted: %j', (base, isTrusted, outcome) => {
  expect(standing(trustedBase, { base, isTrusted })).toEqual(outcome)
})
