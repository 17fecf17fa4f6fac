import { expect, test } from 'vitest'
import type { PackageFact } from './package.ts'
import { purlOf } from './purl.ts'

const debian = { id: 'debian', version: '12', ecosystem: 'Debian:12' }
const rhel = { id: 'rhel', version: '9.4', ecosystem: null }
const sid = { id: 'debian', version: '', ecosystem: 'Debian' }

test.each([
  [
    { type: 'deb', name: 'openssl', version: '3.0.15-1~deb12u1', arch: 'amd64' },
    debian,
    'pkg:deb/debian/openssl@3.0.15-1~deb12u1?arch=amd64&distro=debian-12',
  ],
  [
    { type: 'deb', name: 'g++', version: '4:12.2.0-3+b1', arch: 'amd64' },
    sid,
    'pkg:deb/debian/g%2B%2B@4:12.2.0-3%2Bb1?arch=amd64&distro=debian',
  ],
  [
    { type: 'apk', name: 'musl', version: '1.2.5-r0', arch: 'x86_64' },
    { id: 'alpine', version: '3.20.3', ecosystem: 'Alpine:v3.20' },
    'pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3',
  ],
  [{ type: 'apk', name: 'musl', version: '1.2.5-r0' }, null, 'pkg:apk/musl@1.2.5-r0'],
  [
    { type: 'rpm', name: 'openssl-libs', version: '1:3.0.7-27.el9', arch: 'x86_64' },
    rhel,
    'pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=rhel-9.4&epoch=1',
  ],
  [
    { type: 'rpm', name: 'tzdata', version: '2024a-1.el9', arch: 'noarch' },
    rhel,
    'pkg:rpm/redhat/tzdata@2024a-1.el9?arch=noarch&distro=rhel-9.4',
  ],
  [{ type: 'npm', name: '@babel/core', version: '7.24.0' }, null, 'pkg:npm/%40babel/core@7.24.0'],
  [{ type: 'npm', name: 'left-pad', version: '1.3.0+build' }, null, 'pkg:npm/left-pad@1.3.0%2Bbuild'],
  [{ type: 'pypi', name: 'Zope.Interface_x', version: '6.2' }, null, 'pkg:pypi/zope-interface-x@6.2'],
] satisfies [Omit<PackageFact, 'kind'>, Parameters<typeof purlOf>[1], string][])('%o', (fact, distro, purl) => {
  expect(purlOf(fact, distro)).toBe(purl)
})

test.each([
  ['swift', 'nio', 'pkg:swift/nio@1.0'],
  ['maven', 'a/b', 'pkg:maven/a%2Fb@1.0'],
  ['pub', 'A.b', 'pkg:pub/A.b@1.0'],
  ['npm', '@a/', 'pkg:npm/%40a%2F@1.0'],
] as const)('never fails: %s %s', (type, name, purl) => {
  expect(purlOf({ type, name, version: '1.0' }, null)).toBe(purl)
})
