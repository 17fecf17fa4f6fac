import { bytesAt, readProgram, type Program } from '../binary/program.ts'
import { createStreamSearch } from '../binary/stream-search.ts'

/** What the Go linker puts into every program (https://pkg.go.dev/debug/buildinfo). */
export interface GoBuildInfo {
  /** `go1.22.3`, with what the builder added. */
  readonly goVersion: string
  /** Lines `path`, `mod`, `dep`, `=>`, `build`, tab-separated; empty where it was built without modules. */
  readonly modules: string
}

const magic = Buffer.from('\xff Go buildinf:', 'latin1')
const headerSize = 32
const alignment = 16
const hasInlineStrings = 2
const isBigEndian = 1
/** It is the first thing in the data; beyond is only what other linkers put before it. */
const searchedBytes = 2 ** 20
/** Twenty times what the largest Go programs have, 500 modules. */
const maxTextBytes = 2 ** 20
const sentinelSize = 16
/** A page: linkers put the headers of segments, or of all sections, into it. */
const passingHeadBytes = 4096
/** Linkers put the table of sections at the end, and before it their names: a few kilobytes. */
const passingTailBytes = 64 * 1024

/** undefined: not a Go program. `unreadable`: one whose information was stripped or is found by a loader only. */
export function readGoBuildInfo(program: Program): GoBuildInfo | 'unreadable' | undefined {
  const { offset, size } = placeOf(program)
  const data = program.bytes.subarray(offset, offset + size)
  const at = placeIn(data)
  if (at < 0 || at + headerSize > data.length) return undefined
  const info = data.subarray(at)
  const texts = hasTexts(info) ? inlineTexts(info) : pointedTexts(program, info)
  return texts ? infoOf(texts) : 'unreadable'
}

function infoOf([goVersion, modules]: readonly Buffer[]): GoBuildInfo | 'unreadable' {
  if (!goVersion || goVersion.length === 0) return 'unreadable'
  return { goVersion: goVersion.toString(), modules: modules ? withoutSentinels(modules) : '' }
}

/**
 * The same for a program that comes piece by piece. `whole` where it takes more than its head, its end and what follows the one
 * place of the magic: programs before Go 1.18, those that have the magic twice because they read others, packed ones.
 */
export function passingGoBuildInfo(): {
  piece(bytes: Buffer): void
  end(): GoBuildInfo | 'unreadable' | 'whole' | undefined
} {
  const head: Buffer[] = []
  const tail = Buffer.alloc(passingTailBytes)
  const kept: Buffer[] = []
  let places = 0
  let magicEnd = 0
  let keptLeft = 0
  let offset = 0
  const search = createStreamSearch(magic, 2, (end) => {
    if (++places > 1) return
    magicEnd = end
    keptLeft = searchedBytes + maxTextBytes
  })

  function end(): GoBuildInfo | 'unreadable' | 'whole' | undefined {
    const program = Buffer.concat(head)
    if (places === 0) return program.subarray(0, passingHeadBytes).includes('UPX') ? 'whole' : undefined
    const headers = readProgram(withEnd(program))
    if (!headers || places > 1) return 'whole'
    const place = placeOf(headers)
    const at = magicEnd - magic.length - place.offset
    if (at < 0 || at % alignment !== 0 || at + magic.length > Math.min(searchedBytes, place.size)) return 'whole'
    const info = Buffer.concat([magic, ...kept]).subarray(0, place.size - at)
    const texts = info.length >= headerSize && hasTexts(info) ? inlineTexts(info) : undefined
    return texts ? infoOf(texts) : 'whole'
  }

  /** All of the program as far as headers and tables go; between them are zeros, which take no memory until they are read. */
  function withEnd(head: Buffer): Buffer {
    const known = Math.min(offset, passingTailBytes)
    const program = Buffer.alloc(offset)
    tail.copy(program, offset - known, passingTailBytes - known)
    head.copy(program)
    return program
  }

  return {
    piece(bytes) {
      tail.copyWithin(0, Math.min(bytes.length, passingTailBytes))
      const last = bytes.subarray(-passingTailBytes)
      last.copy(tail, passingTailBytes - last.length)
      if (offset < passingHeadBytes) head.push(Buffer.from(bytes.subarray(0, passingHeadBytes - offset)))
      search(bytes)
      if (keptLeft > 0) {
        const from = Math.max(magicEnd - offset, 0)
        const more = Buffer.from(bytes.subarray(from, from + keptLeft))
        keptLeft -= more.length
        kept.push(more)
      }
      offset += bytes.length
    },
    end,
  }
}

/** Where the information is looked for; nothing where there is no such place. */
function placeOf({ sections, segments }: Program): { readonly offset: number; readonly size: number } {
  const section = sections.find(({ name }) => name === '.go.buildinfo' || name === '__go_buildinfo')
  if (section) return section
  const first = segments.find(({ isWritable }) => isWritable)
  return { offset: first?.offset ?? 0, size: Math.min(first?.size ?? 0, searchedBytes + maxTextBytes) }
}

function hasTexts(info: Buffer): boolean {
  return (info[15]! & hasInlineStrings) !== 0
}

function placeIn(data: Buffer): number {
  const searched = data.subarray(0, searchedBytes)
  let at = searched.indexOf(magic)
  while (at >= 0 && at % alignment !== 0) at = searched.indexOf(magic, at + alignment - (at % alignment))
  return at
}

/** Since Go 1.18: each text follows its length. */
function inlineTexts(info: Buffer): readonly Buffer[] | undefined {
  const version = textAfterLength(info, headerSize)
  const modules = version && textAfterLength(info, version.end)
  return modules && [version.text, modules.text]
}

function textAfterLength(bytes: Buffer, at: number): { text: Buffer; end: number } | undefined {
  let length = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** shift
    if (byte >= 0x80) continue
    const end = at + length
    return length <= maxTextBytes && end <= bytes.length ? { text: bytes.subarray(at, end), end } : undefined
  }
  return undefined
}

/** Before: two pointers to strings, which are pointers and lengths. In position-independent programs they are zero. */
function pointedTexts(program: Program, info: Buffer): readonly Buffer[] | undefined {
  const size = info[14]
  if (size !== 4 && size !== 8) return undefined
  const isBig = (info[15]! & isBigEndian) !== 0
  const pointerIn = (bytes: Buffer, at: number): number => {
    if (size === 4) return isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)
    return Number(isBig ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at))
  }
  const textAt = (address: number): Buffer | undefined => {
    const header = bytesAt(program, address, 2 * size)
    const length = header ? pointerIn(header, size) : Infinity
    return header && length <= maxTextBytes ? bytesAt(program, pointerIn(header, 0), length) : undefined
  }
  const version = textAt(pointerIn(info, 16))
  return version && [version, textAt(pointerIn(info, 16 + size)) ?? Buffer.alloc(0)]
}

/** The linker wraps the text in 16 bytes at each end; without them it is not one. */
function withoutSentinels(text: Buffer): string {
  const end = text.length - sentinelSize
  return text.length > 2 * sentinelSize && text[end - 1] === 0x0a ? text.toString('utf8', sentinelSize, end) : ''
}
