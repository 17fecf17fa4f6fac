import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { maven } from './maven.ts'

holdsPairs(
  maven,
  `
    1 = 1.0.0                     1.0-alpha-1 < 1.0             1-alpha2 < 1-alpha-10
    1a1 = 1-alpha-1               1m3 = 1-milestone-3           1.0-beta-1 < 1.0-SNAPSHOT
    1.0-rc1 < 1.0-SNAPSHOT        1.0-SNAPSHOT < 1.0            1.0 < 1.0-sp1
    1.0 < 1.0-1                   1.0-1 < 1.0.1                 1.0 < 1.0-xyz
    1.0-sp < 1.0-xyz              2.0.1-xyz < 2.0.1-123         1.0.RELEASE = 1.0
    4.1.100.Final > 4.1.99.Final  31.1-jre > 31.1-android       31.0.1-jre < 31.1-android
    1.1 = 1.01                    1x = 1.0.0-x                  1-cr = 1-rc
    2.12.7.1 > 2.12.7             1.0.0.RC1 < 1.0.0.RC2         3.0.0-M1 < 3.0.0
    6.1.0rc3 < 6.1.0              6.1.0 < 6.1H.5-beta           20190126.230843 < 1234567890.12345
    9.4.44.v20210927 < 9.4.45.v20220203                         1.0.0.RC1 < 1.0
    1.0-ga = 1.0                  2.0.0.M1 < 2.0.0              1-0.1 > 1
    1.0.RC2 < 1.0-RC3             r07 < r09                     1.0-b < 1.0-c
`,
)

isTotalOrder(maven, ['0', '1', '2', '10', '.0', '.1', '-0', '-1', '.', '-', 'a', 'alpha', '-rc1', '.x', 'sp', '-ga'])

test('goes round in no circle where its own tool did', () => {
  const sorted = ['1.alpha', '1', '1-x', '1.y', '1-1', '1.1']
  expect(sorted.toReversed().sort((a, b) => maven.compare(a, b)!)).toEqual(sorted)
})

test('does not order what is no version', () => {
  const strange = ['', 'unknown', 'LATEST', '${project.version}', '[1.0,2.0)', '1.0 2', '1,0', '1.٣']
  expect(strange.filter((version) => maven.compare(version, '1') !== undefined)).toEqual([])
})
