import { expect, test } from 'vitest'
import { holdsPairs, isTotalOrder } from '../../../../test/support/version-pairs.ts'
import { pep440 } from './pep440.ts'

holdsPairs(
  pep440,
  `
    1.0.dev1 < 1.0a1                1.0a1.dev1 < 1.0a1              1.0a1 < 1.0b1
    1.0b1 < 1.0rc1                  1.0rc1 < 1.0                    1.0 < 1.0.post1
    1.0.post1.dev1 < 1.0.post1      1.0 < 1.0.post1.dev1            1.0a2.post1 > 1.0a2
    1.0a2.post1.dev1 < 1.0a2.post1  1.0 = 1.0.0                     1.0-1 = 1.0.post1
    1.0c1 = 1.0rc1                  1.0-alpha.1 = 1.0a1             1.0.pre1 = 1.0rc1
    1.0.rev3 = 1.0.post3            1.0a = 1.0a0                    1.0.dev = 1.0.dev0
    1!0.1 > 99.0                    00!1.0 = 1.0                    1.0+ubuntu.1 > 1.0
    1.0+abc < 1.0+1                 1.0+1.abc < 1.0+1.1             1.0+a-b = 1.0+a.b
    1.0+local < 1.0.post1           1.01 = 1.1                      1.10 > 1.9
    2012.10 > 1.0                   v1.0 = 1.0                      1.0+5e10 > 1.0+10e10
    1.20240101123456789012 < 1.20240101123456789013
`,
)

isTotalOrder(pep440, ['0', '1', '2', '.0', '.1', 'a1', 'b', 'rc1', '.post1', '.dev1', '1!', '+', 'local', '.'])

test('does not order what PEP 440 does not allow', () => {
  const strange = ['', 'latest', '1.0-unknown', '2004d!', '1..0', '1.0+', '1 2']
  expect(strange.filter((version) => pep440.compare(version, '1.0') !== undefined)).toEqual([])
})
