import { expect, test } from 'vitest'
import { elf, firstAddress, machO, pe } from '../../../fixtures/catalogers/programs/programs.ts'
import { bytesAt, isProgram, readProgram, sectionBytes } from './program.ts'

const sections = { '.text': Buffer.from('code'), '.data': Buffer.from('twenty bytes of data') }

test.each([
  ['ELF', elf({ sections })],
  ['ELF of 32 bits, big-endian', elf({ sections, is32Bit: true, isBigEndian: true })],
  ['PE', pe({ sections })],
  ['PE of 32 bits', pe({ sections, is32Bit: true })],
  ['Mach-O', machO({ sections })],
  ['Mach-O of 32 bits', machO({ sections, is32Bit: true })],
  ['universal Mach-O', machO({ sections, isUniversal: true })],
])('finds data in %s by section and by address', (_, bytes) => {
  expect(isProgram(bytes.subarray(0, 64))).toBe(true)
  const program = readProgram(bytes)!
  expect(sectionBytes(program, '.none', '.data')?.toString()).toBe('twenty bytes of data')
  expect(bytesAt(program, firstAddress + 16, 6)?.toString()).toBe('twenty')
  expect(bytesAt(program, firstAddress + 2 ** 30, 6)).toBeUndefined()
  expect(sectionBytes(program, '.none')).toBeUndefined()
})

test('what is cut off is missing, or the whole makes no sense', () => {
  const bytes = elf({ sections })
  expect(readProgram(bytes.subarray(0, 100))).toBeUndefined()
  const { segments, sections: left } = readProgram(bytes.subarray(0, 1030))!
  expect([segments.length, left]).toEqual([1, []])
  expect(bytesAt(readProgram(bytes.subarray(0, 1030))!, firstAddress, 20)).toBeUndefined()
})

test('a file of nothing but commands does not fill the heap', () => {
  const bytes = Buffer.alloc(8 * 2 ** 20)
  for (let at = 0; at < bytes.length; at += 8) bytes.writeBigUInt64LE(0x0000_0008_0000_0019n, at)
  bytes.writeUInt32LE(0xfeedfacf, 0)
  bytes.writeUInt32LE(0xffffffff, 16)
  expect(readProgram(bytes)?.segments.length).toBeLessThanOrEqual(10_000)
})

test('a program for DOS has no sections', () => {
  const bytes = Buffer.alloc(512)
  bytes.write('MZ')
  expect(readProgram(bytes)).toEqual({ bytes, sections: [], segments: [] })
})
