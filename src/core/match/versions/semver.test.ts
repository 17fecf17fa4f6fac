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
    v0.0.0-20190101000000-a < v0.0.0-20200101000000-0           v1.0.0-rc3 < v1.0.0-rc8.0.20190930145003-cad42f6e0932
`,
)

test.each([
  '1.22rc1 = 1.22.0-rc.1',
  'go1.22rc2 < go1.22rc10',
  'go1.22rc1 > 1.22.0-0',
  'go1.22beta1 < go1.22rc1',
  '1.21.9 < go1.22rc1',
  'go1.22rc1 < 1.22.0',
  'go1.4 = 1.4.0',
  'go1 = 1.0.0',
  'go1.21.3-custom = 1.21.3',
  'go1.22rc1-custom = 1.22.0-rc.1',
])("reads the form of Go's toolchains: %s", (pair) => {
  expect(signed(pair)).toBe(pair)
})

test.each(['go1.22.3 X:boringcrypto', 'go1.22.3 (Red Hat 1.22.3-1.el9)'])(
  'leaves out the remark of a builder: %s',
  (version) => {
    expect(semver.compare(version, '1.22.3')).toBe(0)
  },
)

isTotalOrder(semver, ['0', '1', '2', '10', '.0', '.1', '.', '-', 'a', 'rc', 'rc1', '-1', '-0', '+b', 'v', 'go', ' '])

test.each([
  '1.2 < 1.3',
  '1.2 = 1.2.0',
  '1.0.0.1 > 1.0.0',
  '01.02.03 = 1.2.3',
  '99999999999999999999.0.0 > 9.0.0',
  '1.2.3beta < 1.2.3',
  '=v1.2.3 = 1.2.3',
])('is lenient where real versions are: %s', (pair) => {
  expect(signed(pair)).toBe(pair)
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
  const strange = [
    '',
    '(devel)',
    'devel go1.23-a1b2c3d',
    'go',
    'gopher',
    'latest',
    'x.1',
    '1.',
    '1.0.0-',
    '1.0.0-a..b',
    '1.0 0',
    'file:../a',
  ]
  expect(strange.filter((version) => semver.compare(version, '1.0.0') !== undefined)).toEqual([])
})

function signed(pair: string): string {
  const [a = '', , b = ''] = pair.split(' ')
  return `${a} ${['<', '=', '>'][Math.sign(semver.compare(a, b)!) + 1]} ${b}`
}
