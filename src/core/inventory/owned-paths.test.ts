import { expect, test } from 'vitest'
import { ownershipOf } from './owned-paths.ts'

const kept = (...paths: readonly string[]) => ownershipOf('deb', 'lantern', undefined, paths)?.paths.split('\n') ?? []

test('keeps every kind of file that a package can be found in', () => {
  const evidence = [
    'usr/bin/lantern',
    'usr/lib/x86_64-linux-gnu/liblantern.so.2',
    'usr/lib/cni/bridge',
    'usr/share/java/lantern-2.4.jar',
    'usr/share/nodejs/lantern/package.json',
    'usr/share/php/composer/installed.json',
    'usr/share/rubygems-integration/all/specifications/lantern-2.4.gemspec',
    'usr/lib/python3/dist-packages/lantern-2.4.dist-info/METADATA',
    'usr/lib/python3/dist-packages/lantern-2.4.egg-info',
    'usr/lib/erlang/lib/lantern-2.4/ebin/lantern.app',
    'usr/bin/composer.phar',
    'usr/share/dotnet/lantern.deps.json',
    'usr/lib/R/library/lantern/DESCRIPTION',
    'opt/lantern/release',
  ]
  expect(kept(...evidence)).toEqual(evidence)
})

test('leaves out directories, documentation, sources and the package tools’ own files', () => {
  expect(
    kept(
      'usr',
      'usr/lib',
      'usr/lib/lantern',
      'usr/lib/lantern/lantern',
      'usr/share/doc/lantern/copyright',
      'usr/share/man/man1/lantern.1.gz',
      'usr/include/lantern.h',
      'usr/lib/python3/dist-packages/lantern.py',
      'var/lib/rpm/rpmdb.sqlite',
      'lib/apk/db/installed',
    ),
  ).toEqual(['usr/lib/lantern/lantern'])
})

test('leaves out what is no path that a layer can have', () => {
  expect(kept('', 'usr/bin/a\u0007b', `usr/${'a'.repeat(5000)}`)).toEqual([])
})
