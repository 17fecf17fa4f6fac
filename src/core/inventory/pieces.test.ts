import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog } from '../../../fixtures/catalogers/catalog.ts'
import { elf, goBuildInfo, machO, oldGoBuildInfo, pe } from '../../../fixtures/catalogers/programs/programs.ts'
import type { Cataloger } from './cataloger.ts'
import { goBinary } from './go-binary.ts'
import { rustBinary } from './rust-binary.ts'
import { versionStrings } from './version-strings.ts'

/* Large programs are read piece by piece. What that finds is what reading them whole finds, or it asks for the whole. */

type Result = ReturnType<typeof catalog>

function inPieces(cataloger: Cataloger, path: string, bytes: Buffer, cuts: readonly number[]): Result | 'whole' {
  const notes: string[] = []
  const passing = cataloger.pass!(path, (problem) => notes.push(problem))
  const ends = [...new Set([...cuts, bytes.length])].filter((end) => end <= bytes.length).sort((a, b) => a - b)
  let start = 0
  for (const end of ends) {
    // As the inflater does it, which writes the next piece over this one.
    const piece = Buffer.from(bytes.subarray(start, end))
    passing.piece(piece)
    piece.fill(0xff)
    start = end
  }
  const made = passing.end()
  return made === 'whole' ? 'whole' : { facts: [...made], notes }
}

const lines = 'path\texample.com/boat\nmod\texample.com/boat\tv1.2.3\t\ndep\texample.com/oar\tv0.4.0\th1:CCCC=\n'
const info = goBuildInfo('go1.23.1', lines)
const old = oldGoBuildInfo('go1.17.2', lines)
const padding = Buffer.alloc(5000, 'Go buil')
const goPrograms: Readonly<Record<string, readonly [program: Buffer, pieces: 'enough' | 'whole']>> = {
  ELF: [elf({ sections: { '.go.buildinfo': info, '.text': padding } }), 'enough'],
  'ELF with data before it': [elf({ sections: { '.data': padding, '.go.buildinfo': info } }), 'enough'],
  'ELF without sections': [elf({ sections: { '.data': info, '.text': padding }, isStripped: true }), 'enough'],
  PE: [pe({ sections: { '.data': info, '.text': padding } }), 'enough'],
  'Mach-O': [machO({ sections: { __text: padding, __go_buildinfo: info } }), 'enough'],
  'universal Mach-O': [machO({ sections: { __go_buildinfo: info }, isUniversal: true }), 'whole'],
  'older Go': [elf({ sections: { '.go.buildinfo': old } }), 'whole'],
  'Go that reads other programs': [elf({ sections: { '.go.buildinfo': info, '.rodata': info } }), 'whole'],
  'not of Go': [elf({ sections: { '.text': padding } }), 'enough'],
  'packed with UPX': [elf({ sections: { '.text': Buffer.from('UPX!') }, isStripped: true }), 'whole'],
  'text that is cut off': [elf({ sections: { '.go.buildinfo': info.subarray(0, 80) } }), 'whole'],
}

test.each(Object.entries(goPrograms))('Go: %s', (_, [program, pieces]) => {
  const whole = catalog(goBinary, 'usr/bin/boat', program)
  expect(inPieces(goBinary, 'usr/bin/boat', program, [])).toEqual(pieces === 'whole' ? 'whole' : whole)
  const cuts = fc.array(fc.nat(program.length), { maxLength: 40 })
  // Damage in the headers and the information. A table of sections at the end that leads elsewhere is not looked at.
  const changes = fc.array(fc.tuple(fc.nat(1100), fc.nat(255)), { maxLength: 3 })
  fc.assert(
    fc.property(cuts, changes, (cuts, changes) => {
      const copy = Buffer.from(program)
      for (const [at, value] of changes) copy[at] = value
      expect(['whole', catalog(goBinary, 'usr/bin/boat', copy)]).toContainEqual(
        inPieces(goBinary, 'usr/bin/boat', copy, cuts),
      )
      expect(inPieces(goBinary, 'usr/bin/boat', program, cuts)).toEqual(pieces === 'whole' ? 'whole' : whole)
    }),
    { numRuns: 300 },
  )
})

test('Rust: a list of crates takes the whole file, anything else does not', () => {
  const audited = elf({ sections: { '.text': padding, '.dep-v0': Buffer.from('list') } })
  const plain = elf({ sections: { '.text': padding, '.dep-v1': Buffer.from('list') } })
  const cuts = fc.array(fc.nat(audited.length), { maxLength: 400 })
  fc.assert(
    fc.property(cuts, (cuts) => {
      expect(inPieces(rustBinary, 'usr/bin/boat', audited, cuts)).toBe('whole')
      expect(inPieces(rustBinary, 'usr/bin/boat', plain, cuts)).toEqual({ facts: [], notes: [] })
    }),
    { numRuns: 50 },
  )
})

test('version strings: the same of several patterns is found, wherever in the file it lies', () => {
  const size = 3 * 2 ** 20
  const texts = [
    ['\0v18.2.0\0', 'node.js/v20.1.0'],
    ['\0v18.2.0\0', '\0v19.0.0\0'],
    ['node.js/v20.1.0', 'node.js/v21.0.0'],
    ['', ''],
  ] as const
  const nearBorder = fc.integer({ min: 2 ** 20 - 30, max: 2 ** 20 + 530 })
  const place = fc.oneof(
    nearBorder,
    nearBorder.map((at) => at + 2 ** 20),
    fc.nat(size - 100),
  )
  fc.assert(
    fc.property(fc.constantFrom(...texts), place, place, fc.array(fc.nat(size)), ([one, other], at, otherAt, cuts) => {
      const program = Buffer.alloc(size)
      program.write(one, at, 'latin1')
      program.write(other, otherAt, 'latin1')
      const whole = catalog(versionStrings, 'usr/bin/node', program)
      expect(inPieces(versionStrings, 'usr/bin/node', program, cuts)).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})
