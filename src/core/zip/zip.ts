import { crc32, inflateRawSync } from 'node:zlib'
import type { Buffer } from 'node:buffer'

/**
 * Reads zip archives that lie in memory: feeds, and the jars of images, which libraries refuse because a shell script or a
 * signature stands before the archive. Sections are those of PKWARE's APPNOTE.TXT 6.3.10.
 */
export interface ZipEntry {
  /** As written, `/` between folders; hostile. */
  readonly name: string
  readonly isDirectory: boolean
  /** What the archive claims, in bytes. */
  readonly compressedSize: number
  readonly size: number
  /** The content, checked against its CRC. ZipError if it is corrupt, encrypted, or longer than `maxBytes`. */
  read(maxBytes: number): Buffer
}

/** The archive, or one entry of it, is not what the format says or exceeds a limit. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

/** The largest real archive, OSV's file of everything, has under a million; a central header has at least 46 bytes. */
const MAX_ENTRIES = 2_000_000

const END = 0x06054b50
const END_64 = 0x06064b50
const END_64_LOCATOR = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50

/** Length of the end record, without its comment of at most 65,535 bytes (4.3.16). */
const END_LENGTH = 22
const END_64_LENGTH = 56
const LOCATOR_LENGTH = 20
const CENTRAL_LENGTH = 46
const LOCAL_LENGTH = 30

const STORED = 0
const DEFLATED = 8
/** General purpose bit 0 (4.4.4). */
const ENCRYPTED = 1

/** Entries in the order of the central directory. ZipError, also while iterating, if the bytes are no intact archive. */
export function* zipEntries(archive: Buffer, maxEntries: number = MAX_ENTRIES): Generator<ZipEntry, void, undefined> {
  const { count, offset, shift } = directoryOf(archive)
  if (count > maxEntries) throw new ZipError(`the archive has ${count} entries, more than ${maxEntries}`)
  let at = offset
  for (let index = 0; index < count; index++) {
    const { entry, end } = within(archive, () => centralEntry(archive, at, shift))
    yield entry
    at = end
  }
}

interface Directory {
  readonly count: number
  /** Of the first central header in the buffer. */
  readonly offset: number
  /** How far the archive's own offsets are off, because something stands before it. */
  readonly shift: number
}

function directoryOf(archive: Buffer): Directory {
  const end = endRecord(archive)
  return within(archive, () => {
    const locator = end - LOCATOR_LENGTH
    const record =
      locator >= 0 && archive.readUInt32LE(locator) === END_64_LOCATOR ? endRecord64(archive, locator) : end
    const [count, size, claimed] =
      record === end
        ? [archive.readUInt16LE(end + 10), archive.readUInt32LE(end + 12), archive.readUInt32LE(end + 16)]
        : [safe(archive, record + 32), safe(archive, record + 40), safe(archive, record + 48)]
    const offset = record - size
    const shift = offset - claimed
    if (offset < 0 || shift < 0) throw new ZipError('the central directory lies outside the archive')
    return { count, offset, shift }
  })
}

/** Searched from the tail; a comment may hold the signature too, so the comment's length must fit. */
function endRecord(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - END_LENGTH - 0xffff)
  for (let at = archive.length - END_LENGTH; at >= lowest; at--) {
    if (archive.readUInt32LE(at) !== END) continue
    if (at + END_LENGTH + archive.readUInt16LE(at + 20) <= archive.length) return at
  }
  throw new ZipError('there is no end of central directory record: not a zip archive, or cut off')
}

/** The locator's offset is off by what stands before the archive, so the record is looked for just before the locator. */
function endRecord64(archive: Buffer, locator: number): number {
  const lowest = Math.max(0, locator - 4096)
  for (let at = locator - END_64_LENGTH; at >= lowest; at--) if (archive.readUInt32LE(at) === END_64) return at
  throw new ZipError('there is no zip64 end of central directory record')
}

function centralEntry(archive: Buffer, at: number, shift: number): { entry: ZipEntry; end: number } {
  if (archive.readUInt32LE(at) !== CENTRAL) throw new ZipError('a central directory header is corrupt')
  const nameStart = at + CENTRAL_LENGTH
  const extraStart = nameStart + archive.readUInt16LE(at + 28)
  const extraEnd = extraStart + archive.readUInt16LE(at + 30)
  const end = extraEnd + archive.readUInt16LE(at + 32)
  if (end > archive.length) throw new ZipError('a central directory header is cut off')
  const name = archive.toString('utf8', nameStart, extraStart)
  const [size, compressedSize, offset] = wideFields(archive.subarray(extraStart, extraEnd), [
    archive.readUInt32LE(at + 24),
    archive.readUInt32LE(at + 20),
    archive.readUInt32LE(at + 42),
  ])
  const content: Content = {
    name,
    offset: offset + shift,
    compressedSize,
    method: archive.readUInt16LE(at + 10),
    encrypted: (archive.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
    crc: archive.readUInt32LE(at + 16),
  }
  const read = (maxBytes: number) => within(archive, () => readContent(archive, content, maxBytes))
  return { entry: { name, isDirectory: name.endsWith('/'), compressedSize, size, read }, end }
}

type Fields = readonly [size: number, compressedSize: number, offset: number]

/** The zip64 extra field holds, in this order, those that are all ones in the header (4.5.3). */
function wideFields(extra: Buffer, fields: Fields): Fields {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4
    const [size, compressedSize, offset] = fields.map((field) => {
      if (field !== 0xffffffff) return field
      next += 8
      return safe(extra, next - 8)
    })
    return [size!, compressedSize!, offset!]
  }
  return fields
}

interface Content {
  readonly name: string
  readonly offset: number
  readonly compressedSize: number
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
}

function readContent(archive: Buffer, content: Content, maxBytes: number): Buffer {
  const { name, offset, compressedSize, method, encrypted, crc } = content
  if (encrypted) throw new ZipError(`${name} is encrypted`)
  if (archive.readUInt32LE(offset) !== LOCAL) throw new ZipError(`${name} has no local header`)
  const start = offset + LOCAL_LENGTH + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
  if (start + compressedSize > archive.length) throw new ZipError(`${name} is cut off`)
  const bytes = unpack(archive.subarray(start, start + compressedSize), method, name, maxBytes)
  if (crc32(bytes) !== crc) throw new ZipError(`${name} is corrupt: its checksum is another`)
  return bytes
}

function unpack(packed: Buffer, method: number, name: string, maxBytes: number): Buffer {
  if (method === STORED) {
    if (packed.length > maxBytes) throw new ZipError(`${name} is longer than ${maxBytes} bytes`)
    return packed
  }
  if (method !== DEFLATED) throw new ZipError(`${name} is packed with method ${method}, which is not supported`)
  try {
    return inflateRawSync(packed, { maxOutputLength: maxBytes })
  } catch (error) {
    const tooLong = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new ZipError(
      `${name} ${tooLong ? `unpacks to more than ${maxBytes} bytes` : 'is corrupt: it does not inflate'}`,
    )
  }
}

/** A 64-bit number that must be an offset or a length of something in memory. */
function safe(buffer: Buffer, at: number): number {
  const value = buffer.readBigUInt64LE(at)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError('a 64-bit field is larger than any archive')
  return Number(value)
}

/** Offsets come from the archive: one that points outside makes Buffer throw a RangeError. */
function within<T>(archive: Buffer, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ZipError(`a header points outside the archive of ${archive.length} bytes`)
  }
}
