import { expect, test } from 'vitest'
import { trivyignore } from './trivyignore.ts'

const none = () => undefined

test('takes ids with their expiry, and the comment above as the reason', () => {
  const text = `# Not used here
# at all
CVE-2018-14618
CVE-2019-1543 exp:2026-12-31

GHSA-aaaa-bbbb-cccc # why not
# Only in tests

CIS-DI-0001\r
`
  expect(trivyignore.read(text, none)).toEqual({
    taken: [
      {
        what: 'line 3: CVE-2018-14618',
        reason: 'Not used here at all',
        until: undefined,
        vulnerabilities: ['CVE-2018-14618'],
      },
      {
        what: 'line 4: CVE-2019-1543',
        reason: 'Not used here at all',
        until: '2026-12-31',
        vulnerabilities: ['CVE-2019-1543'],
      },
      {
        what: 'line 6: GHSA-aaaa-bbbb-cccc',
        reason: undefined,
        until: undefined,
        vulnerabilities: ['GHSA-aaaa-bbbb-cccc'],
      },
      { what: 'line 9: CIS-DI-0001', reason: undefined, until: undefined, checks: ['CIS-DI-0001'] },
    ],
    dropped: [],
  })
})

test('says what it does not take', () => {
  const text = 'AVD-DS-0002\naws-access-key-id\nCVE-2026-*\nCVE-2026-1 exp:tomorrow\nCVE-2026-2 pkg:npm/a\n'
  expect(trivyignore.read(text, none)).toEqual({
    taken: [],
    dropped: [
      { what: 'line 1: AVD-DS-0002', why: 'it is not the id of a vulnerability or of a check that tallyman has' },
      { what: 'line 2: aws-access-key-id', why: 'it is not the id of a vulnerability or of a check that tallyman has' },
      { what: 'line 3: CVE-2026-*', why: 'it is not the id of a vulnerability or of a check that tallyman has' },
      { what: 'line 4: CVE-2026-1', why: 'tomorrow is not a date' },
      { what: 'line 5: CVE-2026-2', why: 'what pkg:npm/a means is not known' },
    ],
  })
})
