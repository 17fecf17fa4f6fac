import { expect, test } from 'vitest'
import { isThirdParty } from './third-party.ts'

const distro = (id: string, ecosystem: string | null) => ({ id, version: '1', ecosystem })
const debian = distro('debian', 'Debian:12')
const alma = distro('almalinux', 'AlmaLinux:9')

test.each([
  ['deb', 'Docker <support@docker.com>', debian, true],
  ['deb', 'MongoDB Packaging <packaging@mongodb.com>', debian, true],
  ['deb', 'Debian OpenSSL Team <team@tracker.example.org>', debian, false],
  ['deb', undefined, debian, false],
  ['rpm', 'AlmaLinux', alma, false],
  ['rpm', 'Fedora Project', alma, true],
  ['rpm', 'Example Corporation', alma, true],
  ['rpm', undefined, alma, false],
  ['rpm', 'SUSE LLC <https://www.suse.com/>', distro('sles', 'SUSE:Linux Enterprise Server 15 SP5'), false],
  ['rpm', 'Anybody', distro('amzn', null), false],
  ['apk', 'Anybody', distro('alpine', 'Alpine:v3.20'), false],
] as const)('a %s of %s', (type, vendor, of, expected) => {
  expect(isThirdParty({ type, ...(vendor !== undefined && { vendor }) }, of)).toBe(expected)
})
