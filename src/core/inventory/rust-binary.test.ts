import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog } from '../../../fixtures/catalogers/catalog.ts'
import { elf, machO, pe } from '../../../fixtures/catalogers/programs/programs.ts'
import { rustBinary } from './rust-binary.ts'

const list = {
  packages: [
    { name: 'oil', version: '1.0.2', source: 'crates.io' },
    { name: 'wick', version: '0.4.0', source: 'registry' },
    { name: 'cc', version: '1.0.90', source: 'crates.io', kind: 'build' },
    { name: 'fork', version: '2.0.0', source: 'git', kind: 'runtime' },
    { name: 'lantern', version: '0.3.0', source: 'local', dependencies: [0, 4], root: true },
  ],
  format: 1,
}
const embedded = { kind: 'package', type: 'cargo', evidence: 'embedded' }
const section = (value: unknown) => deflateSync(JSON.stringify(value))
const read = (bytes: Buffer, make = elf) =>
  catalog(rustBinary, 'usr/bin/lantern', make({ sections: { '.dep-v0': bytes } }))

test.each([elf, pe, machO])('has the crates that were built into it, and which of them no registry has', (make) => {
  expect(read(section(list), make)).toEqual({
    facts: [
      { ...embedded, name: 'oil', version: '1.0.2' },
      { ...embedded, name: 'wick', version: '0.4.0' },
      { ...embedded, name: 'fork', version: '2.0.0', local: true },
      { ...embedded, name: 'lantern', version: '0.3.0', local: true },
    ],
    notes: [],
  })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['no zlib', Buffer.from('{"packages":[]}')],
  ['cut off', section(list).subarray(0, 40)],
  ['no JSON', deflateSync('{"packages"')],
  ['null', section(null)],
  ['no list', section({ packages: {} })],
  ['a bomb', deflateSync(Buffer.alloc(16 * 2 ** 20, 0x20))],
])('notes a list that is %s', (_, bytes) => {
  expect(read(bytes)).toEqual({ facts: [], notes: ['its list of crates is not what cargo-auditable writes'] })
})

test('goes on after a crate that has no name or version', () => {
  const packages = [
    null,
    1,
    { name: 'a b', version: '1', source: 'crates.io' },
    { name: 'c', version: '1', source: 'crates.io' },
  ]
  expect(read(section({ packages }))).toEqual({
    facts: [{ ...embedded, name: 'c', version: '1' }],
    notes: [0, 1, 2].map((index) => `crate ${index} has no usable name or version`),
  })
})

test('says nothing of other programs, and leaves those that are too large to one note', () => {
  expect(catalog(rustBinary, 'usr/bin/ls', elf({ sections: { '.data': section(list) } }))).toEqual({
    facts: [],
    notes: [],
  })
  expect(rustBinary.wantsContent?.(elf({}), 'a', 'a', 1000)).toBe(true)
  expect(rustBinary.wantsContent?.(elf({}), 'a', 'a', 2 ** 30)).toBe(false)
})

test('may be damaged anywhere', () => {
  const bytes = elf({ sections: { '.dep-v0': section(list) } })
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 20 })
  fc.assert(
    fc.property(changes, fc.nat(bytes.length), (changes, end) => {
      const copy = Buffer.from(bytes)
      for (const [position, value] of changes) copy[position] = value
      expect(catalog(rustBinary, 'tool', copy.subarray(0, end)).notes.length).toBeLessThanOrEqual(21)
    }),
  )
})
