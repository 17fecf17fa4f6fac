import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { nuget } from './nuget.ts'

holdsPairs(
  nuget,
  `
    1.0 = 1.0.0.0                        1.0.01 = 1.0.1.0                      1.0.0-BETA = 1.0.0-beta
    1.0.0 = 1.0.0+beta                   1.0 < 1.0.0.1                         1.0.0-beta2 > 1.0.0-BETA
    1.0.0-BETA < 1.0.0-beta.1            1.0.0-pre < 1.0.0.1-alpha             1.0.0.1-alpha < 1.0.0.1-pre
    1.0.0 < 1.0.0.1-alpha                0.9.9.1 < 1.0.0                       1.999.9999 < 2.1.1
    1.0.0.1-1.2.A = 1.0.0.1-1.2.a+A      1.0.0.1-1.2.A < 1.0.0.1-1.2.a.A       1.0.0-beta < 1.0.0
    1.0.0-BETA.X.y.5.77.0 < 1.0.0-beta.x.y.5.79.0                              1.0.0-alpha.2 < 1.0.0-alpha.10
`,
)

isTotalOrder(nuget, ['0', '1', '2', '10', '.0', '.1', '.', '-', 'a', 'RC', 'rc', '-1', '-0', '+b', 'v'])

test('does not order what is no version', () => {
  const strange = ['', 'latest', '1.', '1.2.3.4.5', '1.0-', '1.0-a..b', '1.0-a_b', '1.0.*', '[1.0,2.0)', '1 2']
  expect(strange.filter((version) => nuget.compare(version, '1') !== undefined)).toEqual([])
})
