import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { healthcheck } from './healthcheck.ts'

test.each([
  ['a check', { Test: ['CMD', 'true'] }, ['pass']],
  ['NONE', { Test: ['NONE'] }, ['fail', 'HEALTHCHECK NONE switches it off']],
])('of the config: %s', (_, Healthcheck, outcome) => {
  expect(checked(healthcheck, { config: { Healthcheck } })).toEqual(outcome)
})

test.each([
  ['HEALTHCHECK &{["CMD-SHELL" "curl -f http://localhost/"] "30s" "0s" "0s" "0s" \'\\x00\'}', ['pass']],
  [
    '/bin/sh -c #(nop)  HEALTHCHECK &{["NONE"] "0s" "0s" "0s" \'\\x00\'}',
    ['fail', 'layer 0: instruction 2 (HEALTHCHECK): it switches the check off'],
  ],
  ['HEALTHCHECK NONE', ['fail', 'layer 0: instruction 2 (HEALTHCHECK): it switches the check off']],
  ['CMD ["none"]', ['fail', 'there is no HEALTHCHECK']],
])('of the history, where builders of OCI images leave it: %s', (by, outcome) => {
  expect(checked(healthcheck, { history: ['COPY a /a', { by, empty: true }] })).toEqual(outcome)
})

test('cannot tell for an OCI config without a history, which has no field for it; Docker keeps it', () => {
  const sketch = { history: [], layers: [{}] }
  expect(checked(healthcheck, sketch)).toEqual(['undecidable', 'the image has no build history'])
  expect(checked(healthcheck, { ...sketch, isOfDocker: true })).toEqual(['fail', 'there is no HEALTHCHECK'])
})
