import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalog } from '../../../fixtures/catalogers/catalog.ts'
import { elf, goBuildInfo, machO, oldGoBuildInfo, pe } from '../../../fixtures/catalogers/programs/programs.ts'
import { goBinary } from './go-binary.ts'

const modules = [
  'path\texample.com/harbour/lantern/cmd/lantern',
  'mod\texample.com/harbour/lantern\t(devel)\t',
  'dep\texample.com/oil\tv1.4.0\th1:AAAA=',
  'dep\texample.com/wick\tv0.0.0-20200804184101-5ec99f83aff1\th1:BBBB=',
  'build\tCGO_ENABLED=0',
  '',
].join('\n')
const embedded = { kind: 'package', type: 'golang', evidence: 'embedded' }
const lantern = [
  { ...embedded, name: 'stdlib', version: '1.22.3' },
  { ...embedded, name: 'example.com/harbour/lantern', version: '(devel)', local: true },
  { ...embedded, name: 'example.com/oil', version: 'v1.4.0' },
  { ...embedded, name: 'example.com/wick', version: 'v0.0.0-20200804184101-5ec99f83aff1' },
]

const info = goBuildInfo('go1.22.3', modules)
const old = (sketch = {}) => oldGoBuildInfo('go1.22.3', modules, sketch)
const text = Buffer.from('not this')
const programs: Readonly<Record<string, Buffer>> = {
  ELF: elf({ sections: { '.text': text, '.go.buildinfo': info } }),
  'ELF without sections': elf({ sections: { '.data': Buffer.concat([Buffer.alloc(64), info]) }, isStripped: true }),
  'ELF of 32 bits': elf({ sections: { '.text': text, '.go.buildinfo': info }, is32Bit: true }),
  'big-endian ELF': elf({ sections: { '.text': text, '.go.buildinfo': info }, isBigEndian: true }),
  'ELF of an older Go': elf({ sections: { '.go.buildinfo': old() } }),
  'ELF of an older Go, 32 bits': elf({ sections: { '.go.buildinfo': old({ is32Bit: true }) }, is32Bit: true }),
  'ELF of an older Go, big-endian': elf({
    sections: { '.go.buildinfo': old({ isBigEndian: true }) },
    isBigEndian: true,
  }),
  PE: pe({ sections: { '.data': info } }),
  'PE of an older Go': pe({ sections: { '.data': old() } }),
  'PE of 32 bits': pe({ sections: { '.data': info }, is32Bit: true }),
  'Mach-O': machO({ sections: { __text: text, __go_buildinfo: info } }),
  'Mach-O of an older Go': machO({ sections: { __go_buildinfo: old() } }),
  'Mach-O of 32 bits, big-endian': machO({ sections: { __go_buildinfo: info }, is32Bit: true, isBigEndian: true }),
  'universal Mach-O': machO({ sections: { __go_buildinfo: info }, isUniversal: true }),
}

const wants = (bytes: Buffer, basename = 'tool', size = bytes.length) =>
  goBinary.wantsContent?.(bytes.subarray(0, 64), `usr/bin/${basename}`, basename, size)
const read = (goVersion: string, lines: string) =>
  catalog(goBinary, 'usr/bin/tool', elf({ sections: { '.go.buildinfo': goBuildInfo(goVersion, lines) } }))

describe.each(Object.entries(programs))('%s', (_, bytes) => {
  test('is wanted, and has the modules that its build put into it', () => {
    expect(wants(bytes)).toBe(true)
    expect(catalog(goBinary, 'usr/bin/lantern', bytes)).toEqual({ facts: lantern, notes: [] })
  })

  test('may be damaged anywhere, and cut anywhere', () => {
    const at = fc.nat(bytes.length - 1)
    const damaged = fc.tuple(fc.array(fc.tuple(at, fc.nat(255)), { maxLength: 20 }), at).map(([changes, end]) => {
      const copy = Buffer.from(bytes)
      for (const [position, value] of changes) copy[position] = value
      return copy.subarray(0, end)
    })
    fc.assert(
      fc.property(damaged, (bytes) => {
        const { facts, notes } = catalog(goBinary, 'tool', bytes)
        expect(JSON.stringify(facts)).not.toMatch(/\\u00[01]/)
        expect(notes.length).toBeLessThanOrEqual(21)
      }),
    )
  })
})

test('of a replaced module the replacement counts; of one replaced by a folder nobody knows the version', () => {
  const { facts, notes } = read(
    'go1.22.3',
    [
      'mod\texample.com/m\tv2.0.1',
      'dep\texample.com/a\tv1.0.0',
      '=>\texample.com/fork\tv1.0.1\th1:A=',
      'dep\texample.com/b\tv1.2.0',
      '=>\t./b\t(devel)\t',
      'dep\texample.com/c\tv1.3.0',
      '=>\t../c\t',
      'dep\texample.com/d\tv1.0.0+incompatible\th1:A=',
      '',
    ].join('\n'),
  )
  expect(notes).toEqual([])
  expect(facts.slice(1)).toEqual([
    { ...embedded, name: 'example.com/m', version: 'v2.0.1' },
    { ...embedded, name: 'example.com/fork', version: 'v1.0.1' },
    { ...embedded, name: 'example.com/b', version: 'v1.2.0', local: true },
    { ...embedded, name: 'example.com/c', version: 'v1.3.0', local: true },
    { ...embedded, name: 'example.com/d', version: 'v1.0.0+incompatible' },
  ])
})

test.each([
  ['v1.4.0', false],
  ['v1.4.1-0.20240102030405-abcdef012345+dirty', false],
  ['v0.0.0-20240102030405-abcdef012345', true],
  ['v0.0.0-20240102030405-abcdef012345+dirty', true],
  ['(devel)', true],
  ['', true],
])('a main module of version %j is matched only if that says which release it is', (version, isLocal) => {
  const { facts } = read('go1.24.0', `mod\texample.com/m\t${version}\n`)
  expect(facts[1]).toEqual({
    ...embedded,
    name: 'example.com/m',
    version: version === '' ? '(devel)' : version,
    ...(isLocal && { local: true }),
  })
})

test.each([
  ['go1.22.3 X:boringcrypto', '1.22.3'],
  ['go1.21.9-1.el9', '1.21.9'],
  ['go1.21.4 (Red Hat 1.21.4-1.el9)', '1.21.4'],
  ['go1.22rc1', '1.22rc1'],
  ['go1.20-pre3 +a813be86df', '1.20'],
])('the standard library of %s is %s', (goVersion, version) => {
  expect(read(goVersion, '')).toEqual({ facts: [{ ...embedded, name: 'stdlib', version }], notes: [] })
})

test('the go command is the toolchain, too', () => {
  expect(read('go1.22.3', 'path\tcmd/go\n').facts).toEqual([
    { ...embedded, name: 'stdlib', version: '1.22.3' },
    { ...embedded, name: 'toolchain', version: '1.22.3' },
  ])
})

test('says what it cannot see', () => {
  expect(read('devel go1.23-a813be86df', '').notes).toEqual([
    'its Go version is of no release, so its standard library is not known: devel go1.23-a813be86df',
  ])
  expect(read('', modules).notes).toEqual(['it is a Go program, but what it was built of cannot be read'])
  expect(read('go1.22.3', 'dep\t\tv1\ndep\ta\u001b[31m\tv1\n').notes).toEqual([
    'its module 0 has no usable name or version',
    'its module 1 has no usable name or version',
  ])
  const packed = elf({ sections: { data: text }, isStripped: true })
  packed.write('UPX!', 236)
  expect(catalog(goBinary, 'usr/bin/tool', packed)).toEqual({
    facts: [],
    notes: ['it is packed with UPX; what it was built of cannot be seen'],
  })
})

test('says nothing of programs in other languages', () => {
  for (const make of [elf, pe, machO]) {
    expect(catalog(goBinary, 'usr/bin/ls', make({ sections: { '.data': text } }))).toEqual({ facts: [], notes: [] })
  }
})

test('wants no object files, class files, scripts, or libraries that are larger than any of Go', () => {
  const object = elf({})
  object[16] = 1
  expect(wants(object)).toBe(false)
  expect(wants(Buffer.from('cafebabe0000003d0001', 'hex'))).toBe(false)
  expect(wants(Buffer.from('#!/bin/sh\n'))).toBe(false)
  expect(wants(elf({}), 'libtorch_cuda.so', 2 ** 30)).toBe(false)
  expect(wants(elf({}), 'libcublas.so.12', 2 ** 30)).toBe(false)
  expect(wants(elf({}), 'server', 2 ** 30)).toBe(true)
})
