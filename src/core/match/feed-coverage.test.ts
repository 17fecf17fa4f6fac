import { expect, test } from 'vitest'
import { contentsOf, feedCoverage, mergedContents } from './feed-coverage.ts'

const npm = { type: 'npm', ecosystem: 'npm', owner: null }
const packages = [npm, { type: 'deb', ecosystem: 'Debian:12', owner: null }, npm]

test('an ecosystem with advisories is done, one without is no data', () => {
  expect(
    feedCoverage(contentsOf(packages), [{ ecosystems: { 'Debian:12': 7 } }, { ecosystems: { 'Debian:12': 1 } }], []),
  ).toEqual([
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
  expect(feedCoverage(contentsOf([npm]), undefined, [])).toEqual([
    {
      subject: 'feed npm',
      status: 'no-data',
      reason: 'NO_FEED',
      detail: 'no vulnerability feed has been read, 1 package was not checked',
    },
  ])
})

test('a version that could not be compared is named with its advisory', () => {
  expect(feedCoverage(contentsOf([]), [], [{ package: 'foo', advisory: 'CVE-1', reason: 'version x' }])).toEqual([
    { subject: 'package foo', status: 'partial', reason: 'VERSION_UNCOMPARABLE', detail: 'CVE-1: version x' },
  ])
})

test('what has no ecosystem is named by its type, and what an OS package owns is that one’s matter', () => {
  const generic = { type: 'generic', ecosystem: '', owner: null }
  const owned = [
    { ...npm, owner: 'pkg:deb/debian/node-foo@1' },
    { ...generic, owner: 'pkg:deb/debian/foo@1' },
  ]
  const unknownSystem = { type: 'rpm', ecosystem: '', owner: null }
  expect(feedCoverage(contentsOf([...owned, unknownSystem, generic, generic]), [], [])).toEqual([
    {
      subject: 'packages of type generic',
      status: 'no-data',
      reason: 'ECOSYSTEM_UNKNOWN',
      detail: 'there are no advisories for packages of this type, 2 packages were not checked',
    },
  ])
})

test('what several sets of packages hold is what they hold together', () => {
  const generic = { type: 'generic', ecosystem: '', owner: null }
  expect(mergedContents([contentsOf(packages), contentsOf([npm, generic])])).toEqual(
    contentsOf([...packages, npm, generic]),
  )
})
