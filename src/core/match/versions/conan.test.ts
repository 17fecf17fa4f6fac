import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { conan } from './conan.ts'

holdsPairs(
  conan,
  `
    1.1.1 < 1.1.1k                1.1.1k < 1.1.1w               1.1.1w < 1.1.2
    1.0 = 1.0.0                   1.9.0 < 1.10.0                1.0.0-rc1 < 1.0.0
    1.0.0-rc.2 < 1.0.0-rc.10      1.0.0 < 1.0.0+1               1.0.0+2 < 1.0.0+10
    cci.20200203 < cci.20210118   2024.1 < cci.20200203         9e < 10
`,
)

isTotalOrder(conan, ['0', '1', '2', '10', '.0', '.1', 'k', '.', '-', 'rc', '-1', '+1', '+b', 'cci.'])

test('does not order what is no version', () => {
  const strange = ['', 'latest', 'system', '1.', '1..2', '1.0-', '1.0+', '[>=1.0]', '1 2']
  expect(strange.filter((version) => conan.compare(version, '1.0') !== undefined)).toEqual([])
})
