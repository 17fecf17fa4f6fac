import { zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { catalog, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lanternRecords, manifest } from '../../../fixtures/catalogers/chisel/manifest.ts'
import { chisel } from './chisel.ts'

const place = 'var/lib/chisel/manifest.wall'

test('wants the manifest below any root', () => {
  const wanted = [place, `rootfs/${place}`]
  expect([...wanted, 'srv/manifest.wall', `srv${place}`].filter((path) => wants(chisel, path))).toEqual(wanted)
})

test('reads packages without sources, and what they own', () => {
  expect(catalog(chisel, place, manifest(...lanternRecords))).toEqual({
    facts: [
      { kind: 'package', type: 'deb', name: 'lantern', version: '2.4-3ubuntu1', arch: 'amd64' },
      { kind: 'ownership', type: 'deb', name: 'lantern', paths: 'usr/bin/lantern' },
    ],
    notes: [],
  })
})

test('notes what it cannot read, and goes on', () => {
  const lines = zstdCompressSync(
    'nothing\n{"kind":"package","name":"a b","version":"1"}\n{"kind":"package","name":"a","version":"1"}',
  )
  expect(catalog(chisel, place, lines)).toEqual({
    facts: [{ kind: 'package', type: 'deb', name: 'a', version: '1' }],
    notes: ['line 1 is not a JSON object', 'line 2 is a package without a usable name or version'],
  })
  expect(catalog(chisel, place, 'no zstd').notes).toEqual(['it is not zstd, or unpacks to more than 67108864 bytes'])
})

test('unpacks no more than its limit', () => {
  const bomb = zstdCompressSync(Buffer.alloc(80 * 2 ** 20, 0x0a))
  expect(catalog(chisel, place, bomb).notes).toEqual(['it is not zstd, or unpacks to more than 67108864 bytes'])
})
