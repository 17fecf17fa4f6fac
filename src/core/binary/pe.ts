import { numberFields, textField } from './number-fields.ts'
import type { Program } from './program.ts'

/* PE: https://learn.microsoft.com/windows/win32/debug/pe-format */

const signature = 0x00004550 // PE\0\0
const pe32Plus = 0x20b
const writable = 2 ** 31
const sectionSize = 40

export function isPe(head: Buffer): boolean {
  return head[0] === 0x4d && head[1] === 0x5a
}

/** Without sections where it is a program for DOS, which has none. */
export function readPe(bytes: Buffer): Program {
  const { u16, u32, u64 } = numberFields(bytes, false)
  const start = u32(60)
  if (u32(start) !== signature) return { bytes, sections: [], segments: [] }
  const optional = start + 24
  const table = optional + u16(start + 20)
  const base = u16(optional) === pe32Plus ? u64(optional + 24) : u32(optional + 28)
  const sections = Array.from({ length: u16(start + 6) }, (_, i) => {
    const at = table + i * sectionSize
    return {
      name: textField(bytes, at, 8),
      address: base + u32(at + 12),
      size: u32(at + 16),
      offset: u32(at + 20),
      isWritable: u32(at + 36) >= writable,
    }
  })
  return { bytes, sections, segments: sections }
}
