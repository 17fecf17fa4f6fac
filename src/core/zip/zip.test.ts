import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { zipOf } from '../../../test/support/zip.ts'
import { ZipError, zipEntries } from './zip.ts'

const files = { 'a/': '', 'a/one.txt': 'one', 'two.txt': 'zwei '.repeat(1000) }

const contents = (archive: Buffer) =>
  Object.fromEntries([...zipEntries(archive)].map((entry) => [entry.name, entry.read(1_000_000).toString()]))

const problemOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return error instanceof ZipError ? error.message : `not a ZipError: ${String(error)}`
  }
  return 'none'
}

test.each([
  ['deflated', {}],
  ['stored', { stored: true }],
  ['zip64', { zip64: true }],
  ['behind a shell script', { prefix: Buffer.from('#!/bin/sh\nexec java -jar "$0"\n') }],
  ['zip64 behind a shell script', { prefix: Buffer.from('#!/bin/sh\n'), zip64: true }],
])('reads an archive that is %s', (_, options) => {
  expect(contents(zipOf(files, options))).toEqual(files)
})

test('reads an archive with a comment, even one that looks like an end record', () => {
  const archive = Buffer.concat([zipOf(files), Buffer.from('PK\u0005\u0006 and so on')])
  archive.writeUInt16LE(14, archive.length - 16)
  expect(contents(archive)).toEqual(files)
})

test('tells names, kinds and sizes without unpacking', () => {
  const entries = [...zipEntries(zipOf(files, { stored: true }))]
  expect(
    entries.map(({ name, isDirectory, size, compressedSize }) => ({ name, isDirectory, size, compressedSize })),
  ).toEqual([
    { name: 'a/', isDirectory: true, size: 0, compressedSize: 0 },
    { name: 'a/one.txt', isDirectory: false, size: 3, compressedSize: 3 },
    { name: 'two.txt', isDirectory: false, size: 5000, compressedSize: 5000 },
  ])
})

test('stops where an entry unpacks to more than allowed, whatever it claims', () => {
  const bomb = zipOf({ bomb: Buffer.alloc(50_000_000) })
  expect(bomb.length).toBeLessThan(100_000)
  expect(problemOf(() => [...zipEntries(bomb)][0]?.read(1_000_000))).toBe('bomb unpacks to more than 1000000 bytes')
  const large = zipOf({ large: Buffer.alloc(100) }, { stored: true })
  expect(problemOf(() => [...zipEntries(large)][0]?.read(99))).toBe('large is longer than 99 bytes')
})

test('refuses more entries than allowed before it reads one', () => {
  expect(problemOf(() => [...zipEntries(zipOf(files), 2)])).toBe('the archive has 3 entries, more than 2')
})

test('says what is wrong with what is no intact archive', () => {
  const archive = zipOf({ 'one.txt': 'one' }, { stored: true })
  const flipped = Buffer.from(archive)
  flipped.write('o', 37)
  flipped.write('x', 38)
  const encrypted = Buffer.from(archive)
  encrypted.writeUInt16LE(1, archive.length - 22 - 53 + 8)
  expect([
    problemOf(() => contents(Buffer.alloc(0))),
    problemOf(() => contents(Buffer.from('not a zip archive at all'))),
    problemOf(() => contents(archive.subarray(0, -1))),
    problemOf(() => contents(archive.subarray(20))),
    problemOf(() => contents(flipped)),
    problemOf(() => contents(encrypted)),
  ]).toEqual([
    'there is no end of central directory record: not a zip archive, or cut off',
    'there is no end of central directory record: not a zip archive, or cut off',
    'there is no end of central directory record: not a zip archive, or cut off',
    'the central directory lies outside the archive',
    'one.txt is corrupt: its checksum is another',
    'one.txt is encrypted',
  ])
})

test('throws nothing but ZipError at whatever bytes are changed', () => {
  const archives = [zipOf(files), zipOf(files, { zip64: true }), zipOf(files, { stored: true })]
  const change = fc.tuple(fc.nat(), fc.nat(255))
  fc.assert(
    fc.property(fc.constantFrom(...archives), fc.array(change, { minLength: 1, maxLength: 8 }), (archive, changes) => {
      const changed = Buffer.from(archive)
      for (const [at, value] of changes) changed[changed.length - 1 - (at % changed.length)] = value
      expect(problemOf(() => contents(changed))).not.toContain('not a ZipError')
    }),
    { numRuns: 1500 },
  )
})
