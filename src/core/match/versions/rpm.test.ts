import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { rpm } from './rpm.ts'

holdsPairs(
  rpm,
  `
    1.0~rc1-1 < 1.0-1                      1.0^git1-1 > 1.0-1
    1.0^git1 < 1.01                        1.0^20160101 < 1.0.1
    1.0~rc1^git1 > 1.0~rc1                 1.0^git1~pre < 1.0^git1
    6.0.rc1 > 6.0                          2.0.1a > 2.0.1
    10xyz < 10.1xyz                        xyz.4 < 8
    2.0 = 2_0                              10.0001 = 10.1
    1.05 = 1.5                             a+ = a_
    1.0. = 1.0                             5.5p1 < 5.5p10
    1.0aa > 1.0a                           20101121 < 20101122
    1:1.1.1k-9.el8_7 > 1.1.1k-10.el8       0:1.0-1 = 1.0-1
    1.0-1.el8 < 1.0-1.el9                  4.18.0-477.10.1.el8_8 < 4.18.0-477.13.1.el8_8
    4.18.0-80.el8 < 4.18.0-80.1.2.el8_0    2.28-151.el8 < 2.28-151.0.1.el8
    1.2.3-1.el8_4.2 > 1.2.3-1.el8_4        7.61.1-30.el8_8.2 < 7.61.1-30.el8_8.3
    3.10.0-229.el7 < 3.10.0-229.1.2.ael7b  2.4.21-9.EL < 2.4.21-9.0.1.EL
`,
)

isTotalOrder(rpm, ['0', '1', '2', '10', '09', '.', '-', '~', '^', '_', '+', 'a', 'z', 'A', 'el9', '1:'])

test('puts a missing release before every release, which rpm itself leaves undecided', () => {
  expect(rpm.compare('1.0', '1.0-0')).toBeLessThan(0)
})

test('does not order what is no version', () => {
  const strange = ['', ':1', 'x:1', '1:', '-1', '1 2', '1\u0000']
  expect(strange.filter((version) => rpm.compare(version, '1') !== undefined)).toEqual([])
})
