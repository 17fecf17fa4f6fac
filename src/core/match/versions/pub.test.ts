import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { pub } from './pub.ts'

holdsPairs(
  pub,
  `
    1.0.0-pre < 1.0.0-pre+build   1.0.0-pre+build < 1.0.0       1.0.0 < 1.0.0+build
    1.2.3+1 < 1.2.3+2             1.2.3+9 < 1.2.3+a             1.2.3+900 < 1.2.3+a
    1.2.3+a9 < 1.2.3+b2           1.2.3+9a > 1.2.3+1z           1.2.3-beta+build < 1.2.3-beta+otherbuild
    v1.2.3 = 1.2.3                1.2.3-r2 > 1.2.3-r100         1.0.0-beta.2 < 1.0.0-beta.11
    0.10.0 > 0.9.0                1.2.3-5 < 1.2.3-5-foo         1.0.0-rc.1 < 1.0.0
    1.1.1+2 < 1.1.1+10            1.1.1+9 < 1.1.2+0             1.0.0+a.1 > 1.0.0+a
`,
)

isTotalOrder(pub, ['0', '1', '2', '10', '.0', '.1', '.', '-', 'a', '-rc', '-1', '+', '+b', '+1', 'v'])

test('does not order what is no version', () => {
  const strange = ['', 'any', '^1.0.0', '+1', '1.', '1.0.0-', '1.0.0-a..b', '1.0 0']
  expect(strange.filter((version) => pub.compare(version, '1.0.0') !== undefined)).toEqual([])
})
