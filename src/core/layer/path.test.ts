import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameOf, normalisePath } from './path.ts'

function name(bytes: Uint8Array): string {
  return nameOf(Buffer.from(bytes), 0, bytes.length)
}

test('keeps UTF-8 as it is', () => {
  expect(name(Buffer.from('usr/share/café/文書 (1)'))).toBe('usr/share/café/文書 (1)')
})

test('stands private-use characters for control characters and for bytes that are not UTF-8', () => {
  expect(name(Buffer.from('a\nb\x7f\x00é'))).toBe('a\uef0ab\uef7f\uef00é')
  expect(name(Buffer.from('caf\xe9\n', 'latin1'))).toBe('caf\uefe9\uef0a')
  expect(name(Buffer.from('\uef0a'))).toBe('\uefee\uefbc\uef8a')
})

test('never makes one name of two, and survives UTF-8 and JSON', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc
      .string({ unit: fc.constantFrom('a', '\n', 'é', '\uef0a', '\uefe9', '\u00e9'), maxLength: 4 })
      .map((s) => new Uint8Array(Buffer.from(s))),
    fc
      .string({ unit: fc.constantFrom('\xe9', '\xc3', '\xa9', '\n', 'a'), maxLength: 4 })
      .map((s) => new Uint8Array(Buffer.from(s, 'latin1'))),
  )
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      expect(name(one) === name(other)).toBe(Buffer.from(one).equals(Buffer.from(other)))
      expect(Buffer.from(name(one)).toString()).toBe(name(one))
      expect(name(one)).not.toContain('\n')
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['usr/bin/env', 'usr/bin/env'],
  ['./usr/bin/', 'usr/bin'],
  ['/etc/passwd', 'etc/passwd'],
  ['a//b/./c', 'a/b/c'],
  ['a/b/../../../../c', 'c'],
  ['./../x', 'x'],
  ['..', ''],
  ['./', ''],
  ['.', ''],
  ['/', ''],
  ['', ''],
  ['.hidden/..data/...', '.hidden/..data/...'],
  ['.//x', 'x'],
  ['./.', ''],
  ['x/.', 'x'],
])('normalises %j to %j', (from, to) => {
  expect(normalisePath(from)).toBe(to)
})
