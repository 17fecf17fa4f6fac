import { expect, test } from 'vitest'
import { feedCoverage } from './feed-coverage.ts'

const packages = [{ ecosystem: 'npm' }, { ecosystem: 'Debian:12' }, { ecosystem: 'npm' }]

test('an ecosystem with advisories is done, one without is no data', () => {
  expect(feedCoverage(packages, [{ ecosystems: { 'Debian:12': 7 } }, { ecosystems: { 'Debian:12': 1 } }], [])).toEqual([
    { subject: 'feed Debian:12', status: 'done', detail: '1 package checked against 8 advisories' },
    {
      subject: 'feed npm',
      status: 'no-data',
      reason: 'NO_ADVISORIES',
      detail: 'the feeds hold no advisory for npm, 2 packages were not checked',
    },
  ])
})

test('without any feed nothing counts as checked', () => {
  expect(feedCoverage([{ ecosystem: 'npm' }], undefined, [])).toEqual([
    {
      subject: 'feed npm',
      status: 'no-data',
      reason: 'NO_FEED',
      detail: 'no vulnerability feed has been read, 1 package was not checked',
    },
  ])
})

test('a version that could not be compared is named with its advisory', () => {
  expect(feedCoverage([], [], [{ package: 'foo', advisory: 'CVE-1', reason: 'version x' }])).toEqual([
    { subject: 'package foo', status: 'partial', reason: 'VERSION_UNCOMPARABLE', detail: 'CVE-1: version x' },
  ])
})
