import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { contentTrust } from './content-trust.ts'

test.each([
  [null, ['undecidable', 'no key to verify signatures with is configured']],
  [[], ['fail', 'no signature verifies with a configured key']],
  [['release'], ['pass']],
])('%j', (signedBy, outcome) => {
  expect(standing(contentTrust, { signedBy })).toEqual(outcome)
})
