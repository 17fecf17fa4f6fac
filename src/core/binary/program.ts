import { isElf, readElf } from './elf.ts'
import { isMachO, readMachO } from './mach-o.ts'
import { isPe, readPe } from './pe.ts'

/** A stretch of a program, in the file and in memory. Nothing says that it lies within the file. */
interface Stretch {
  readonly offset: number
  /** Bytes in the file; what memory has beyond them are zeros. */
  readonly size: number
  readonly address: number
}

export interface Section extends Stretch {
  readonly name: string
}

export interface Segment extends Stretch {
  readonly isWritable: boolean
}

/** A program or library: what is needed to find data that a compiler put into it. */
export interface Program {
  readonly bytes: Buffer
  /** Empty where they were stripped. */
  readonly sections: readonly Section[]
  /** What is loaded. PE has sections only: they are in both lists. */
  readonly segments: readonly Segment[]
}

/** By a file's first 64 bytes: something that a kernel or loader runs. Object files and kernel modules are not. */
export function isProgram(head: Buffer): boolean {
  return isElf(head) || isPe(head) || isMachO(head)
}

/** undefined where the headers make no sense: no loader would run it. */
export function readProgram(bytes: Buffer): Program | undefined {
  try {
    if (isElf(bytes)) return readElf(bytes)
    if (isPe(bytes)) return readPe(bytes)
    return isMachO(bytes) ? readMachO(bytes) : undefined
  } catch (thrown) {
    // Buffer's reading functions, beyond its end.
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

/** The bytes of the first section with one of the names; what the file does not have of it is missing. */
export function sectionBytes({ bytes, sections }: Program, ...names: readonly string[]): Buffer | undefined {
  const section = sections.find(({ name }) => names.includes(name))
  return section && bytes.subarray(section.offset, section.offset + section.size)
}

/** `length` bytes at an address in memory; undefined where the file does not have them all. */
export function bytesAt({ bytes, segments }: Program, address: number, length: number): Buffer | undefined {
  const segment = segments.find((each) => address >= each.address && address + length <= each.address + each.size)
  if (!segment) return undefined
  const start = segment.offset + (address - segment.address)
  return start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined
}
