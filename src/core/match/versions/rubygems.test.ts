import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { rubygems } from './rubygems.ts'

holdsPairs(
  rubygems,
  `
    1.0 = 1                       1.0.a1 < 1.0                  1.0.a.2 = 1.0.a2
    1.0.a10 > 1.0.a9              1.0.b1 > 1.0.a.2              1.2.4.beta < 1.2.4
    1.0.0-rc1 = 1.0.0.pre.rc1     1.0.0-rc1 < 1.0.0             1.0.0.rc1 > 1.0.0.pre.rc1
    5.a = 5.0.0.a                 0.0.beta.1 = 0.beta.1         1 > 1beta
    3.10 > 3.2                    1.9.3 > 1.9.2.99              1.13.10-x > 1.13.9
    7.0.4.1 > 7.0.4               2.0.0.A < 2.0.0.a             1.2.b1 < 1.2.1
    1.99999999999999999999 > 1.99999999999999999998             0.a < 0
`,
)

isTotalOrder(rubygems, ['0', '1', '2', '10', '.0', '.1', '.a', '.b1', 'rc', '-1', '-x', '.', '00', 'A'])

test.each(['x86_64-linux', 'x86_64-linux-musl', 'aarch64-linux-gnu', 'arm64-darwin', 'x64-mingw-ucrt', 'java'])(
  'takes the platform %s for no part of the version',
  (platform) => {
    expect(rubygems.compare(`1.15.4-${platform}`, '1.15.4')).toBe(0)
  },
)

test('does not order what is no version', () => {
  const strange = ['', 'a', 'v1.0', '1..0', '1.', '1_0', '1.0-', '1.0-x_y', '1 2', '>= 1']
  expect(strange.filter((version) => rubygems.compare(version, '1') !== undefined)).toEqual([])
})
