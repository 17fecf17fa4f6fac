import { numberFields, textField, type NumberFields } from './number-fields.ts'
import type { Program, Section, Segment } from './program.ts'

/* Mach-O: <mach-o/loader.h> and <mach-o/fat.h> of XNU. */

const universal = 0xcafebabe
const bigEndian32 = 0xfeedface
const bigEndian64 = 0xfeedfacf
const littleEndian32 = 0xcefaedfe
const littleEndian64 = 0xcffaedfe
const segment32 = 0x1
const segment64 = 0x19
const writable = 2
const runnable = 4
/** Java class files have the magic of universal binaries, and there a version of 45 or more. */
const maxArchitectures = 20

export function isMachO(head: Buffer): boolean {
  if (head.length < 8) return false
  const magic = head.readUInt32BE(0)
  if (magic === universal) return head.readUInt32BE(4) <= maxArchitectures
  return magic === littleEndian64 || magic === littleEndian32 || magic === bigEndian64 || magic === bigEndian32
}

/** Real ones have dozens of commands, and the format allows 255 sections: a file made of nothing else would fill the heap. */
const maxCommands = 10_000
const maxSections = 10_000

/** Of a universal binary the first architecture, as Go's tools do. */
export function readMachO(bytes: Buffer): Program {
  return bytes.readUInt32BE(0) === universal ? readThin(architecture(bytes)) : readThin(bytes)
}

function architecture(bytes: Buffer): Buffer {
  const offset = bytes.readUInt32BE(16)
  return bytes.subarray(offset, offset + bytes.readUInt32BE(20))
}

function readThin(bytes: Buffer): Program {
  const magic = bytes.readUInt32BE(0)
  const is64 = magic === littleEndian64 || magic === bigEndian64
  const fields = numberFields(bytes, magic === bigEndian32 || magic === bigEndian64)
  const sections: Section[] = []
  const segments: Segment[] = []
  let at = is64 ? 32 : 28
  for (let count = Math.min(fields.u32(16), maxCommands); count > 0 && sections.length < maxSections; count--) {
    const command = fields.u32(at)
    const size = fields.u32(at + 4)
    if (size < 8) break
    if (command === segment64) readSegment64(fields, bytes, at, size, segments, sections)
    else if (command === segment32) readSegment32(fields, bytes, at, size, segments, sections)
    at += size
  }
  return { bytes, sections, segments }
}

function readSegment64(
  { u32, u64 }: NumberFields,
  bytes: Buffer,
  at: number,
  size: number,
  segments: Segment[],
  sections: Section[],
): void {
  segments.push({ address: u64(at + 24), offset: u64(at + 40), size: u64(at + 48), ...protection(u32(at + 60)) })
  const end = at + Math.min(size, 72 + Math.min(u32(at + 64), maxSections) * 80)
  for (let i = at + 72; i + 80 <= end; i += 80) {
    sections.push({ name: textField(bytes, i, 16), address: u64(i + 32), size: u64(i + 40), offset: u32(i + 48) })
  }
}

function readSegment32(
  { u32 }: NumberFields,
  bytes: Buffer,
  at: number,
  size: number,
  segments: Segment[],
  sections: Section[],
): void {
  segments.push({ address: u32(at + 24), offset: u32(at + 32), size: u32(at + 36), ...protection(u32(at + 44)) })
  const end = at + Math.min(size, 56 + Math.min(u32(at + 48), maxSections) * 68)
  for (let i = at + 56; i + 68 <= end; i += 68) {
    sections.push({ name: textField(bytes, i, 16), address: u32(i + 32), size: u32(i + 36), offset: u32(i + 40) })
  }
}

function protection(flags: number): { isWritable: boolean } {
  return { isWritable: (flags & writable) !== 0 && (flags & runnable) === 0 }
}
