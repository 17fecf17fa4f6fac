import { expect, test } from 'vitest'
import { endOfLife, lifetimeCoverage } from './distro-lifetimes.ts'

test.each([
  ['debian', '11', '2026-08-31'],
  ['debian', '12.5', '2028-06-30'],
  ['ubuntu', '18.04', '2023-05-31'],
  ['ubuntu', '24.10', '2025-07-10'],
  ['alpine', '3.14.10', '2023-05-01'],
  ['almalinux', '8.10', '2029-05-31'],
  ['rocky', '9.4', '2032-05-31'],
  ['rhel', '7.9', '2024-06-30'],
  ['centos', '7', '2024-06-30'],
  ['opensuse-leap', '15.6', '2026-04-30'],
  ['amzn', '2', '2026-06-30'],
  ['amzn', '2018.03', '2023-12-31'],
  ['fedora', '40', '2025-05-13'],
])('%s %s ends on %s', (id, version, date) => {
  expect(endOfLife({ id, version })).toBe(date)
})

test.each([
  ['debian', ''],
  ['debian', '99'],
  ['alpine', '3.21_alpha20240923'],
  ['ubuntu', '24.1'],
  ['wolfi', '20230201'],
  ['constructor', '1'],
  ['debian', 'constructor'],
])('no end is known of %s %s', (id, version) => {
  expect(endOfLife({ id, version })).toBeUndefined()
})

test('a release counts as supported up to and with its last day', () => {
  const alpine = { id: 'alpine', version: '3.20.3', ecosystem: 'Alpine:v3.20' }
  expect(lifetimeCoverage(alpine, new Date('2026-04-01T23:59:59Z'))).toEqual([])
  expect(lifetimeCoverage(alpine, new Date('2026-04-02T00:00:00Z'))).toEqual([
    {
      subject: 'os',
      status: 'partial',
      reason: 'DISTRO_END_OF_LIFE',
      detail:
        'alpine 3.20.3 had its last security fixes on 2026-04-01; vulnerabilities found since are not tracked for it, so the absence of findings means little',
    },
  ])
  expect(lifetimeCoverage(alpine, new Date('2026-04-02T00:00:00Z'), '2026-05-01')).toEqual([])
  expect(lifetimeCoverage(null, new Date())).toEqual([])
})
