import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { apk } from './apk.ts'

holdsPairs(
  apk,
  `
    1.2.3-r0 < 1.2.3-r1             1.2.3-r9 < 1.2.3-r10            1.2.3 < 1.2.3-r0
    1.2.3_alpha < 1.2.3             1.2_alpha1 < 1.2_beta1          1.2_beta9 < 1.2_pre1
    1.2_pre1 < 1.2_rc1              1.2_rc1 < 1.2                   1.2 < 1.2_cvs1
    1.2_svn2 < 1.2_git1             1.2_git1 < 1.2_hg1              1.2_hg1 < 1.2_p1
    1.2 < 1.2.0                     1.2b > 1.2a                     1.2 < 1.2a
    1.2a < 1.2.1                    1.01 < 1.1                      1.010 < 1.09
    1.10 > 1.9                      013 > 2.2.3-r2                  1.06-r6 < 6
    5b-r9 > 2.2.10                  9.3.4-r2 > 9.3.4                2.12r-r4 < 2.12r-r5
    0.1.0_alpha_pre2 < 0.1.0_alpha  1.0_p10-r0 > 1.0_p9-r0          4.3_p2-r5 < 4.4_p1-r6
    1.35.0-r17 > 1.35.0-r9          1.0.0_pre20191002222144-r0 < 1.0.0_pre20210530193627-r0
`,
)

isTotalOrder(apk, [
  '0',
  '1',
  '2',
  '10',
  '09',
  '.1',
  '.0',
  '.01',
  'a',
  'b',
  '_alpha',
  '_rc',
  '_p',
  '_git',
  '~ab',
  '-r1',
  '-r',
])

test('goes on behind a letter, as older packages need', () => {
  expect(apk.compare('6.0.2p1-r0', '6.0.2p10-r0')).toBeLessThan(0)
  expect(apk.compare('6.0.2p1-r0', '6.0.2-r0')).toBeGreaterThan(0)
})

test('does not order what is no version', () => {
  const strange = ['', 'a', '1.', '1.2-3', '1_foo', '1-r', '1.2A', 'v1', '1 2']
  expect(strange.filter((version) => apk.compare(version, '1') !== undefined)).toEqual([])
})
