import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { bitnami } from './bitnami.ts'

holdsPairs(
  bitnami,
  `
    1.2.3 < 1.2.3-1               1.2.3-2 < 1.2.3-10            1.2.3-r4 = 1.2.3-4
    1.2.3-9 < 1.2.4               1.2.3-0 = 1.2.3               1.81.0-0 < 1.81.0-1
    2.6.0-rc1 < 2.6.0-rc2         2.6.0-rc2 < 2.6.0             2.6.0-rc2 < 2.6.0-0
    11.0.15-10-2 > 11.0.15-10-1   11.0.15-9 < 11.0.15-10-1      9.0.35-3.57.3 > 9.0.35
    0.0.0-20250806193153-183891f8d535 < 0.0.1                   v1.2.3-4 = 1.2.3-4
`,
)

isTotalOrder(bitnami, ['0', '1', '2', '10', '.0', '.1', '.', '-', 'a', '-rc', '-1', '-r2', '-0', '+b', 'v'])

test('does not order what is no version', () => {
  const strange = ['', 'latest', 'nightly.2026-03-10.0', '1.', '1.0.0-', '-1', '1.0 0']
  expect(strange.filter((version) => bitnami.compare(version, '1.0.0') !== undefined)).toEqual([])
})
