import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { opam } from './opam.ts'

holdsPairs(
  opam,
  `
    2.0.0~rc < 2.0.0~rc2          2.0.0~beta3 < 2.0.0~beta3.1   2.0.0~rc3 < 2.0.0
    3.07+1 < 3.07+2               3.07 < 3.07+1                 2.5.2 < 2.5.2-1
    4.04 < 4.04.2                 5 < 5.4.1                     4.14.0 < 4.14.0+trunk
    v0.9.0 < v0.16.1              1.0~ < 1.0                    2.0~alpha5 < 2.0.0~alpha5
`,
)

isTotalOrder(opam, ['0', '1', '2', '10', '09', '.', '-', '~', '+', 'a', 'z', 'v', 'rc'])

test('does not order what is no version; a colon is no epoch here', () => {
  const strange = ['', '1:2.0', '1 2', '1-', '-1']
  expect(strange.filter((version) => opam.compare(version, '1') !== undefined)).toEqual([])
})
