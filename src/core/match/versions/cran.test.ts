import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { cran } from './cran.ts'

holdsPairs(
  cran,
  `
    1.0 < 1.0-1                   1.0-1 = 1.0.1                 0.1-9 < 0.1-10
    1.0 < 1.0.0                   1.01 = 1.1                    2.18.0.1 > 2.18.0
    1.9-2 < 1.10                  0.9.8.4 < 0.10                20240101 > 3.4
`,
)

isTotalOrder(cran, ['0', '1', '2', '10', '09', '.', '-'])

test('does not order what is no version', () => {
  const strange = ['', '1.', '.1', '1--2', '1.0a', '1.0-rc1', 'v1.0', '1_0', '1 2']
  expect(strange.filter((version) => cran.compare(version, '1') !== undefined)).toEqual([])
})
