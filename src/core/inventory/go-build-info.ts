import { bytesAt, type Program, sectionBytes } from '../binary/program.ts'

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

/** undefined: not a Go program. `unreadable`: one whose information was stripped or is found by a loader only. */
export function readGoBuildInfo(program: Program): GoBuildInfo | 'unreadable' | undefined {
  const data = dataOf(program)
  const at = data ? placeIn(data) : -1
  if (!data || at < 0 || at + headerSize > data.length) return undefined
  const info = data.subarray(at)
  const texts = (info[15]! & hasInlineStrings) !== 0 ? inlineTexts(info) : pointedTexts(program, info)
  const [goVersion, modules] = texts ?? []
  if (!goVersion || goVersion.length === 0) return 'unreadable'
  return { goVersion: goVersion.toString(), modules: modules ? withoutSentinels(modules) : '' }
}

function dataOf(program: Program): Buffer | undefined {
  const section = sectionBytes(program, '.go.buildinfo', '__go_buildinfo')
  if (section) return section
  const first = program.segments.find(({ isWritable }) => isWritable)
  return (
    first && program.bytes.subarray(first.offset, first.offset + Math.min(first.size, searchedBytes + maxTextBytes))
  )
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
