import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { apk } from './apk.ts'

test('wants the database in lib and in usr/lib, below any root', () => {
  const wanted = ['lib/apk/db/installed', 'usr/lib/apk/db/installed', 'rootfs/lib/apk/db/installed']
  const others = ['installed', 'lib/apk/db/triggers', 'mylib/apk/db/installed']
  expect([...wanted, ...others].filter((path) => wants(apk, path))).toEqual(wanted)
})

test('reads packages with their origin, in any order of lines, without the virtual ones', () => {
  expect(catalog(apk, 'lib/apk/db/installed', fixture('apk/installed'))).toEqual({
    facts: [
      {
        kind: 'package',
        type: 'apk',
        name: 'liblantern',
        version: '2.4.1-r3',
        source: { name: 'lantern', version: '2.4.1-r3' },
        arch: 'x86_64',
        licenses: ['Apache-2.0'],
      },
      { kind: 'ownership', type: 'apk', name: 'liblantern', paths: 'usr/lib/liblantern.so.2' },
      {
        kind: 'package',
        type: 'apk',
        name: 'teapot',
        version: '1.0-r0',
        source: { name: 'teapot', version: '1.0-r0' },
        arch: 'noarch',
      },
    ],
    notes: [],
  })
})

test('notes a record without a version and goes on with the next, also where the last line has no end', () => {
  const { facts, notes } = catalog(apk, 'lib/apk/db/installed', 'P:musl\n\nP:zlib\nV:1.3.1-r2')
  expect(facts).toMatchObject([{ name: 'zlib', version: '1.3.1-r2' }])
  expect(notes).toEqual(['record 0 has no usable name or version'])
})
