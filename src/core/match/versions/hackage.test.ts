import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { hackage } from './hackage.ts'

holdsPairs(
  hackage,
  `
    1.0 < 1.0.0                   1.0.0 < 1.0.1                 1.9 < 1.10
    9.10.1 > 9.8.3                0.1.0.0 < 0.1.0.1             6.20180626 > 6.9
    1 < 1.0                       2.0 > 1.9.9.9                 9.2.4 < 9.12.1
`,
)

isTotalOrder(hackage, ['0', '1', '2', '10', '09', '.', '.0'])

test('does not order what is no version', () => {
  const strange = ['', '1.', '.1', '1..2', '1.0-rc1', '1.0a', 'v1.0', '1 2']
  expect(strange.filter((version) => hackage.compare(version, '1') !== undefined)).toEqual([])
})
