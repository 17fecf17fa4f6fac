import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { packagist } from './packagist.ts'

holdsPairs(
  packagist,
  `
    1.0-dev < 1.0a1               1.0a1 < 1.0b1                 1.0b1 < 1.0RC1
    1.0RC1 < 1.0                  1.0 < 1.0pl1                  1.0RC1 = 1.0rc1
    v1.0pl1 > 1.0RC1              4.3-2RC1 < 4.3-2RC2           4.3-2RC2 > 4.3-2beta5
    4.3-2 > 4.3-2beta1            1.0.0rc2 = 1.0.0.rc2          v1.2 > 1.0.1
    dev-foo < 1.26.0              1.25.0-beta2.1 = 1.25.0-b.2.1  10 > 2
    1.0.0 < 1.2-dev               1.25.0 < 1.26.0               V1.0.0 = v1.0.0
    1.0 = 1.0.0.0                 1.0-beta2 = 1.0.0.0-beta2     1.0-stable = 1.0
    2.4.4-p9 < 2.4.4-p10          2.4.4-p9 > 2.4.4              1.0-patch2 = 1.0pl2
    1.9999 < 1.x-dev              1.x-dev < 2.0-dev             1.2.9 < 1.2.x-dev
    1.2.x-dev < 1.3.0-alpha1      1.0.0+abc = 1.0.0             1.0-foo < 1.0-dev
`,
)

isTotalOrder(packagist, ['0', '1', '2', '10', '.0', '.1', '-', '.', 'a', 'RC', 'dev', 'p', 'foo', 'dev-', '.x', 'v'])

test('tells branches apart, and knows no order among them that means anything', () => {
  expect(packagist.compare('dev-main', 'dev-main')).toBe(0)
  expect(packagist.compare('dev-main', 'dev-fix/login')).not.toBe(0)
})

test('does not order what is no version', () => {
  const strange = ['', 'latest', 'v', 'dev-', 'x.1', '1.0 2', '^1.0', '1.0|2.0', '*']
  expect(strange.filter((version) => packagist.compare(version, '1') !== undefined)).toEqual([])
})
