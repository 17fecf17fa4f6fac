import { expect, test } from 'vitest'
import { isOfDistribution, isThirdParty } from './third-party.ts'

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
  ['rpm', 'CentOS', distro('centos', 'Red Hat:enterprise_linux:7'), false],
  ['apk', 'Anybody', distro('alpine', 'Alpine:v3.20'), false],
] as const)('a %s of %s', (type, vendor, of, expected) => {
  expect(isThirdParty({ type, ...(vendor !== undefined && { vendor }) }, of)).toBe(expected)
})

const ubuntu = distro('ubuntu', 'Ubuntu:24.04:LTS')

test.each([
  ['deb', 'Lamp Maintainers <pkg-lamp@lists.alioth.debian.org>', debian, true],
  ['deb', 'Lamp Maintainers <pkg-lamp@alioth-lists.debian.net>', debian, true],
  ['deb', 'Lamp Lighter <lighter@DEBIAN.org>', debian, true],
  ['deb', 'Lamp Developers <lamp-discuss@lists.ubuntu.com>', debian, false],
  ['deb', 'Lamp Developers <lamp-discuss@lists.ubuntu.com>', ubuntu, true],
  ['deb', 'Lamp Lighter <lighter@canonical.com>', ubuntu, true],
  ['deb', 'Lamp Lighter <lighter@debian.org>', ubuntu, true],
  ['deb', 'Lamp Lighter <lighter@example.org>', debian, false],
  ['deb', 'Lamp Lighter <lighter@notdebian.org>', debian, false],
  ['deb', 'Lamp Lighter <lighter@lamp.debian.net>', debian, false],
  ['deb', 'lighter@debian.org <lighter@example.org>', debian, false],
  ['deb', 'lighter@debian.org, a copy of it', debian, false],
  ['deb', 'none', debian, false],
  ['deb', undefined, debian, false],
  ['deb', 'Lamp Lighter <lighter@debian.org>', null, false],
  ['rpm', 'AlmaLinux', alma, true],
  ['rpm', 'Example Corporation', alma, false],
  ['rpm', undefined, alma, false],
  ['apk', undefined, distro('alpine', 'Alpine:v3.20'), true],
] as const)('the distribution made a %s of %s', (type, vendor, of, expected) => {
  expect(isOfDistribution({ type, ...(vendor !== undefined && { vendor }) }, of)).toBe(expected)
})
