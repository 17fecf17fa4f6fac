/** What is read of a package header. */
export interface RpmHeader {
  readonly name: string
  readonly version: string
  readonly release: string
  /** null: the package states none. */
  readonly epoch: number | null
  readonly arch: string | null
  /** File name of the source package, `openssl-3.0.7-27.el9.src.rpm`. */
  readonly sourceRpm: string | null
  readonly license: string | null
  /** `name:stream:version:context` of a modular package. */
  readonly module: string | null
  readonly vendor: string | null
}

const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  arch: 1022,
  sourceRpm: 1044,
  module: 5096,
  directoryIndexes: 1116,
  basenames: 1117,
  directories: 1118,
}
const wanted: ReadonlySet<number> = new Set(Object.values(tags))

const INT32 = 4
const STRING = 6
const STRING_ARRAY = 8
const I18N_STRING = 9

const preambleSize = 8
const entrySize = 16

/** rpm itself refuses more (lib/header.c, hdrchkTags). */
const maxEntries = 65_535

/**
 * Reads a header as rpm databases store it (rpm's docs/manual/format_header.md; big-endian, without the 8 bytes of magic
 * that package files have): two counts, the index, the data. A text is the reason why it is not one.
 *
 * Entries behind the immutable region override equal tags inside it, so the last entry of a tag counts and regions can be
 * ignored. Order is not checked: old Berkeley databases hold headers whose index is not sorted.
 */
export function readRpmHeader(blob: Buffer): RpmHeader | string {
  if (blob.length < preambleSize) return 'it is too short for a package header'
  const entries = blob.readUInt32BE(0)
  const dataStart = preambleSize + entries * entrySize
  if (entries > maxEntries || dataStart + blob.readUInt32BE(4) !== blob.length) {
    return 'its length is not what the package header says'
  }
  const index = indexOf(blob, dataStart)
  const text = (tag: number) => textAt(blob, dataStart, index.get(tag))
  const name = text(tags.name)
  const version = text(tags.version)
  const release = text(tags.release)
  if (name === null || version === null || release === null) return 'the package header has no name, version or release'
  return {
    name,
    version,
    release,
    epoch: numberAt(blob, dataStart, index.get(tags.epoch)),
    arch: text(tags.arch),
    sourceRpm: text(tags.sourceRpm),
    license: text(tags.license),
    module: text(tags.module),
    vendor: text(tags.vendor),
  }
}

/**
 * Paths of the files of a package whose header was read, without leading slash: file k is the k-th basename in the
 * directory that the k-th index names. None where the three arrays do not fit together.
 */
export function* rpmFiles(blob: Buffer): Generator<string> {
  const dataStart = preambleSize + blob.readUInt32BE(0) * entrySize
  const index = indexOf(blob, dataStart)
  const basenames = textsAt(blob, dataStart, index.get(tags.basenames))
  const directories = textsAt(blob, dataStart, index.get(tags.directories))
  const indexes = index.get(tags.directoryIndexes)
  if (indexes === undefined || blob.readUInt32BE(indexes + 4) !== INT32) return
  const start = dataStart + blob.readInt32BE(indexes + 8)
  const count = Math.min(blob.readUInt32BE(indexes + 12), basenames.length)
  if (start < dataStart || start + count * 4 > blob.length) return
  for (let k = 0; k < count; k++) {
    const directory = directories[blob.readUInt32BE(start + k * 4)]
    if (directory?.startsWith('/')) yield `${directory.slice(1)}${basenames[k]}`
  }
}

/** The texts of an array lie one behind the other, so together they are never more than the data. */
function textsAt(blob: Buffer, dataStart: number, entry: number | undefined): readonly string[] {
  if (entry === undefined || blob.readUInt32BE(entry + 4) !== STRING_ARRAY) return []
  const texts: string[] = []
  const count = blob.readUInt32BE(entry + 12)
  const offset = blob.readInt32BE(entry + 8)
  if (offset < 0) return []
  for (let at = dataStart + offset; texts.length < count && at < blob.length;) {
    const end = blob.indexOf(0, at)
    if (end < 0) break
    texts.push(blob.toString('utf8', at, end))
    at = end + 1
  }
  return texts
}

/** Position of the last index entry of each wanted tag. */
function indexOf(blob: Buffer, dataStart: number): ReadonlyMap<number, number> {
  const index = new Map<number, number>()
  for (let at = preambleSize; at < dataStart; at += entrySize) {
    const tag = blob.readUInt32BE(at)
    if (wanted.has(tag)) index.set(tag, at)
  }
  return index
}

function textAt(blob: Buffer, dataStart: number, entry: number | undefined): string | null {
  if (entry === undefined) return null
  const type = blob.readUInt32BE(entry + 4)
  const offset = blob.readInt32BE(entry + 8)
  if ((type !== STRING && type !== I18N_STRING) || offset < 0 || dataStart + offset >= blob.length) return null
  const end = blob.indexOf(0, dataStart + offset)
  return end < 0 ? null : blob.toString('utf8', dataStart + offset, end)
}

function numberAt(blob: Buffer, dataStart: number, entry: number | undefined): number | null {
  if (entry === undefined) return null
  const offset = blob.readInt32BE(entry + 8)
  if (blob.readUInt32BE(entry + 4) !== INT32 || offset < 0 || dataStart + offset + 4 > blob.length) return null
  return blob.readUInt32BE(dataStart + offset)
}
