import { numberFields, textField, type NumberFields } from './number-fields.ts'
import type { Program, Section, Segment } from './program.ts'

/* ELF: System V ABI, chapters 4 and 5; https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html */

const bigEndian = 2
const is64Bit = 2
const executable = 2
const sharedObject = 3
const loadable = 1
const noBits = 8
const writable = 2
const runnable = 1
/** No name that is looked for is longer. */
const maxNameLength = 64

export function isElf(head: Buffer): boolean {
  if (head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return false
  const type = head[head[5] === bigEndian ? 17 : 16]
  return type === executable || type === sharedObject
}

interface Layout {
  readonly fields: NumberFields
  readonly is64: boolean
  /** An offset, address or size. */
  readonly word: (at: number) => number
}

export function readElf(bytes: Buffer): Program {
  const is64 = bytes[4] === is64Bit
  const fields = numberFields(bytes, bytes[5] === bigEndian)
  const layout = { fields, is64, word: is64 ? fields.u64 : fields.u32 }
  return { bytes, segments: readSegments(layout), sections: readSections(bytes, layout) }
}

function readSegments({ fields, is64, word }: Layout): Segment[] {
  const table = word(is64 ? 32 : 28)
  const size = fields.u16(is64 ? 54 : 42)
  const segments: Segment[] = []
  for (let i = 0, count = fields.u16(is64 ? 56 : 44); i < count; i++) {
    const at = table + i * size
    if (fields.u32(at) !== loadable) continue
    const flags = fields.u32(at + (is64 ? 4 : 24))
    segments.push({
      offset: word(at + (is64 ? 8 : 4)),
      address: word(at + (is64 ? 16 : 8)),
      size: word(at + (is64 ? 32 : 16)),
      isWritable: (flags & writable) !== 0 && (flags & runnable) === 0,
    })
  }
  return segments
}

/** None where the table is not in the file: packers and strippers cut it off, and loaders do not need it. */
function readSections(bytes: Buffer, { fields, is64, word }: Layout): Section[] {
  const table = word(is64 ? 40 : 32)
  const size = fields.u16(is64 ? 58 : 46)
  const count = fields.u16(is64 ? 60 : 48)
  const names = table + fields.u16(is64 ? 62 : 50) * size
  const least = is64 ? 40 : 24
  if (size < least || table + count * size > bytes.length || names + size > bytes.length) return []
  const namesAt = word(names + (is64 ? 24 : 16))
  const sections: Section[] = []
  for (let i = 0; i < count; i++) {
    const at = table + i * size
    if (fields.u32(at + 4) === noBits) continue
    sections.push({
      name: textField(bytes, namesAt + fields.u32(at), maxNameLength),
      address: word(at + (is64 ? 16 : 12)),
      offset: word(at + (is64 ? 24 : 16)),
      size: word(at + (is64 ? 32 : 20)),
    })
  }
  return sections
}
