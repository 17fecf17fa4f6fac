import { expect, test } from 'vitest'
import { cvssScore, severityOfScore } from './cvss.ts'

test.each([
  [2, 'AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5],
  [2, 'AV:N/AC:L/Au:N/C:C/I:C/A:C', 10],
  [3, 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
  [3, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
  [3, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P', 9.3],
  [3, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  [4, 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
] as const)('CVSS %i: %s is %f', (version, vector, score) => {
  expect(cvssScore(version, vector)).toBe(score)
})

test.each([
  [3, '', 'nothing'],
  [3, '9.8', 'a number'],
  [3, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H', 'a missing metric'],
  [3, 'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'a metric given twice'],
  [3, 'CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'a value that does not exist'],
  [3, 'CVSS:3.1/AV:NA/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'two values in one'],
  [3, 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 'another version'],
  [2, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'another version'],
  [3, `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H${'/E:X'.repeat(200)}`, 'something far too long'],
] as const)('CVSS %i: %s has no score: %s', (version, vector, _why) => {
  expect(cvssScore(version, vector)).toBeUndefined()
})

test('words for scores are those of the standard, and version 2 ends at high', () => {
  expect([10, 9, 8.9, 7, 6.9, 4, 3.9, 0.1, 0].map((score) => severityOfScore(3, score))).toEqual([
    'critical',
    'critical',
    'high',
    'high',
    'medium',
    'medium',
    'low',
    'low',
    'negligible',
  ])
  expect(severityOfScore(2, 10)).toBe('high')
})
