import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { dpkgFiles } from './dpkg-files.ts'

test('wants the file lists of dpkg, and the checksums where there are no lists', () => {
  const wanted = [
    'var/lib/dpkg/info/bash.list',
    'rootfs/var/lib/dpkg/info/libc6:amd64.list',
    'var/lib/dpkg/status.d/tzdata.md5sums',
  ]
  const others = [
    'var/lib/dpkg/info/bash.md5sums',
    'var/lib/dpkg/info/deep/bash.list',
    'srvvar/lib/dpkg/info/bash.list',
    'etc/apt/sources.list',
    'var/lib/dpkg/status.d/tzdata',
  ]
  expect([...wanted, ...others].filter((path) => wants(dpkgFiles, path))).toEqual(wanted)
})

test('reads what a package owns, without directories and without what is never evidence of a package', () => {
  const list = fixture('dpkg-files/liblantern2.list')
  expect(catalog(dpkgFiles, 'var/lib/dpkg/info/liblantern2:amd64.list', list)).toEqual({
    facts: [
      {
        kind: 'ownership',
        type: 'deb',
        name: 'liblantern2',
        arch: 'amd64',
        paths: [
          'usr/bin/lantern',
          'usr/lib/python3/dist-packages/lantern-2.4.egg-info/PKG-INFO',
          'usr/lib/x86_64-linux-gnu/liblantern.so.2',
          'usr/share/java/lantern.jar',
        ].join('\n'),
      },
    ],
    notes: [],
  })
})

test('reads checksums, also where the name is in base64', () => {
  const sums = fixture('dpkg-files/tzdata.md5sums')
  const owned = { kind: 'ownership', type: 'deb', name: 'tzdata', paths: 'usr/sbin/tzconfig' }
  expect(catalog(dpkgFiles, 'var/lib/dpkg/status.d/tzdata.md5sums', sums).facts).toEqual([owned])
  expect(catalog(dpkgFiles, 'var/lib/dpkg/status.d/dHpkYXRhMTI=.md5sums', sums).facts).toEqual([
    { ...owned, name: 'tzdata12' },
  ])
})

test('a package that only has documentation owns nothing, and a file with another name is noted', () => {
  expect(catalog(dpkgFiles, 'var/lib/dpkg/info/a.list', '/.\n/usr\n/usr/share/doc/a/copyright\n')).toEqual({
    facts: [],
    notes: [],
  })
  expect(catalog(dpkgFiles, 'var/lib/dpkg/info/a:b:c.list', '/usr/bin/a\n').notes).toEqual([
    'its file name is no package name',
  ])
})
