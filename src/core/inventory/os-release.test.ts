import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { osRelease } from './os-release.ts'

test('wants what distributions say of themselves, below any root', () => {
  const wanted = [
    'etc/os-release',
    'usr/lib/os-release',
    'rootfs/etc/os-release',
    'etc/alpine-release',
    'etc/debian_version',
  ]
  const others = ['os-release', 'opt/os-release', 'myetc/os-release', 'usr/lib/alpine-release', 'etc/os-release.bak']
  expect([...wanted, ...others].filter((path) => wants(osRelease, path))).toEqual(wanted)
})

test('reads os-release with comments, every kind of quotes and escapes', () => {
  expect(catalog(osRelease, 'usr/lib/os-release', fixture('os-release/os-release'))).toEqual({
    facts: [
      {
        kind: 'distro',
        id: 'almalinux',
        versionId: '9.4',
        idLike: ['rhel', 'centos', 'fedora'],
        prettyName: 'Harbour Linux 9.4 ("Pier" $1)',
        version: '9.4 (Pier)',
        cpeName: 'cpe:/o:almalinux:almalinux:9::baseos',
      },
    ],
    notes: [],
  })
})

test('takes linux for the ID where there is none, and the last of equal keys', () => {
  expect(catalog(osRelease, 'etc/os-release', "VERSION_ID='1'\nVERSION_ID='2'\n").facts).toEqual([
    { kind: 'distro', id: 'linux', versionId: '2' },
  ])
})

test.each([
  ['etc/alpine-release', '3.19.1\n', { id: 'alpine', versionId: '3.19.1' }],
  ['etc/alpine-release', '3.23.0_alpha20251016\n', { id: 'alpine', versionId: '3.23.0_alpha20251016' }],
  ['etc/debian_version', '12.5\n', { id: 'debian', versionId: '12.5' }],
  ['etc/debian_version', 'trixie/sid\n', { id: 'debian', versionId: '', codename: 'trixie' }],
  [
    'etc/centos-release',
    'CentOS release 6.10 (Final)\n',
    { id: 'centos', versionId: '6.10', prettyName: 'CentOS release 6.10 (Final)' },
  ],
  [
    'etc/redhat-release',
    'Red Hat Enterprise Linux release 9.4 (Plow)',
    { id: 'rhel', versionId: '9.4', prettyName: 'Red Hat Enterprise Linux release 9.4 (Plow)' },
  ],
  [
    'etc/system-release-cpe',
    'cpe:/o:centos:linux:6:GA\n',
    { id: 'centos', versionId: '6', cpeName: 'cpe:/o:centos:linux:6:GA' },
  ],
  [
    'etc/system-release-cpe',
    'cpe:2.3:o:amazon:amazon_linux:2',
    { id: 'amzn', versionId: '2', cpeName: 'cpe:2.3:o:amazon:amazon_linux:2' },
  ],
  [
    'etc/lsb-release',
    'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\nDISTRIB_DESCRIPTION="Ubuntu 22.04.3 LTS"\n',
    { id: 'ubuntu', versionId: '22.04', codename: 'jammy', prettyName: 'Ubuntu 22.04.3 LTS' },
  ],
])('reads %s: %s', (path, content, expected) => {
  expect(catalog(osRelease, path, content)).toEqual({ facts: [{ kind: 'distro', ...expected }], notes: [] })
})

test.each(['etc/os-release', 'etc/alpine-release', 'etc/debian_version', 'etc/redhat-release', 'etc/lsb-release'])(
  'notes that %s names no distribution',
  (path) => {
    expect(catalog(osRelease, path, '?!\n')).toEqual({ facts: [], notes: ['it does not name a distribution'] })
  },
)
