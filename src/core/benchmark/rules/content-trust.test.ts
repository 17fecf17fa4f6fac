import { expect, test } from 'vitest'
import { standing } from '../../../../fixtures/benchmark/image.ts'
import { contentTrust } from './content-trust.ts'

test.each([
  [null, ['undecidable', 'no key to verify signatures with is configured, or it is not in a registry']],
  [{ by: [], problems: [] }, ['fail', 'no signature verifies with a configured key']],
  [
    { by: [], problems: ['a: is odd', 'b: is odd'] },
    ['fail', 'no signature verifies with a configured key', 'a: is odd', 'b: is odd'],
  ],
  [{ by: ['release'], problems: [] }, ['pass']],
  [{ by: ['release'], problems: ['a: is odd'] }, ['pass']],
])('%j', (signatures, outcome) => {
  expect(standing(contentTrust, { signatures })).toEqual(outcome)
})
