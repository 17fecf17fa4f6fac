import * as fc from 'fast-check'
import { default as nodeSemver } from 'semver'
import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { semver } from './semver.ts'

holdsPairs(
  semver,
  `
    1.0.0-alpha < 1.0.0-alpha.1       1.0.0-alpha.1 < 1.0.0-alpha.beta  1.0.0-alpha.beta < 1.0.0-beta
    1.0.0-beta.2 < 1.0.0-beta.11      1.0.0-rc.1 < 1.0.0                1.0.0-0 < 1.0.0
    0.0.0-0 < 0.0.0-a                 1.2.3-r100 < 1.2.3-r2             1.2.3-R2 < 1.2.3-r100
    1.2.3+b1 = 1.2.3+b2               1.2.3-5 < 1.2.3-5-foo             1.2.3-4 < 1.2.3-asdf
    2.0.0-rc.1 < 2.0.0-rc.1.1         1.10.0 > 1.9.0                    v2.0.0+incompatible = 2.0.0
    v0.0.0-20200101000000-abcdefabcdef < v0.0.1  v1.2.4-0.20200101000000-abcdefabcdef > v1.2.3
    v1.2.4-0.20200101000000-abcdefabcdef < v1.2.4  v1.2.3-pre.0.20200101000000-abcdefabcdef > v1.2.3-pre
    v0.0.0-20190101000000-a < v0.0.0-20200101000000-0
`,
)

isTotalOrder(semver, ['0', '1', '2', '10', '.0', '.1', '.', '-', 'a', 'rc', '-1', '-0', '+b', 'v'])

test.each([
  '1.2 < 1.3',
  '1.2 = 1.2.0',
  '1.0.0.1 > 1.0.0',
  '01.02.03 = 1.2.3',
  '99999999999999999999.0.0 > 9.0.0',
  '1.2.3beta < 1.2.3',
  '=v1.2.3 = 1.2.3',
])('is lenient where real versions are: %s', (pair) => {
  const [a = '', sign, b = ''] = pair.split(' ')
  expect(Math.sign(semver.compare(a, b)!)).toBe({ '<': -1, '=': 0, '>': 1 }[sign!])
})

test('orders as the package semver does what that package accepts', () => {
  const identifier = fc.constantFrom('0', '1', '10', 'alpha', 'rc', 'a-b', '0a', '-', '--1')
  const version = fc
    .tuple(fc.nat(3), fc.nat(3), fc.nat(12), fc.array(identifier, { maxLength: 3 }), fc.constantFrom('', '+build.1'))
    .map(
      ([major, minor, patch, pre, build]) =>
        `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}${build}`,
    )
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(Math.sign(semver.compare(a, b)!)).toBe(nodeSemver.compare(a, b))
    }),
    { numRuns: 2000 },
  )
})

test('does not order what is no version', () => {
  const strange = ['', '(devel)', 'latest', 'x.1', '1.', '1.0.0-', '1.0.0-a..b', '1.0 0', 'file:../a']
  expect(strange.filter((version) => semver.compare(version, '1.0.0') !== undefined)).toEqual([])
})
