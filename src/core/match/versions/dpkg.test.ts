import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { dpkg } from './dpkg.ts'

holdsPairs(
  dpkg,
  `
    1.0~rc1 < 1.0                     1.0~~ < 1.0~~a                    1.0~~ < 1.0~
    1.0 < 1.0a                        1.0a < 1.0+                       1.0+ < 1.0.
    1.0-0 = 1.0                       1.0 = 0:1.0                       1:1.0 > 2.0
    1.09 = 1.9                        1.0000-1 = 1.0-1                  1a < 1000a
    1.2.3-1~deb12u1 < 1.2.3-1         1.2.3-1 < 1.2.3-1+deb12u1         2.36-9+deb12u4 < 2.36-9+deb12u10
    1.0-1 < 1.0-1+b1                  1.0-1ubuntu1 < 1.0-1+b1           0foo.bar > 0foobar
    0foo1bar-1 < 0foobar-1            7.6p2-4 > 7.6-0                   1.0.8+nmu1 > 1.0.8
    1:3.8.1-1 > 3.8.GA-1              1.0.1+gpl-1 > 1.0.1-2             3.0.11-1~deb12u2 < 3.0.11-1
    1.2-3-4 > 1.2-3                   2.34-0ubuntu3 < 2.34-0ubuntu3.2   0.9.8zg-1 > 0.9.8g-15
    2:8.2.3995-1ubuntu2.17 > 2:8.2.3995-1ubuntu2.2a
`,
)

isTotalOrder(dpkg, ['0', '1', '2', '10', '09', '.', '-', '~', '+', ':', 'a', 'z', 'A', 'deb12u', '1:'])

test('does not order what is no version', () => {
  const strange = ['', 'x:1', ':1', '1 2', '1-', '-1', '1:', '1\u0000']
  expect(strange.filter((version) => dpkg.compare(version, '1') !== undefined)).toEqual([])
})

test('orders digit runs that exceed every number type', () => {
  expect(dpkg.compare(`1.${'9'.repeat(400)}`, `1.1${'0'.repeat(400)}`)).toBeLessThan(0)
})
