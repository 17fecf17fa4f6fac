import { nameOf } from './path.ts'

/*
 * One 512-byte header (POSIX ustar, pax, GNU, star, v7). Where readers disagree this one does what Go's archive/tar does:
 * the runtimes unpack with it, so what it sees is what runs.
 */
export interface TarHeader {
  /** The type flag as a character. */
  readonly type: string
  readonly name: string
  readonly link: string
  /** Bytes of the body in the archive. */
  readonly size: number
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** A character device 0:0, which overlay file systems use as a whiteout. */
  readonly isNullDevice: boolean
}

export const blockSize = 512

/** Thrown by the parsers of this folder; the message completes "the archive …". */
export class TarError extends Error {}

/** undefined for a block of zeros. Throws TarError. */
export function parseHeader(block: Buffer, at: number): TarHeader | undefined {
  const sum = checksum(block, at)
  if (sum === spaces) return undefined
  const stored = numberOf(block, at + 148, 8)
  if (stored !== sum && stored !== signedChecksum(block, at)) throw new TarError('has a header with a wrong checksum')
  const type = String.fromCharCode(block[at + 156]!)
  return {
    type,
    name: fullName(block, at),
    link: type === '1' || type === '2' ? text(block, at + 157, 100) : '',
    size: numberOf(block, at + 124, 12),
    mode: bitsOf(block, at + 100) & 0o7777,
    uid: bitsOf(block, at + 108),
    gid: bitsOf(block, at + 116),
    isNullDevice: type === '3' && numberOf(block, at + 329, 8) === 0 && numberOf(block, at + 337, 8) === 0,
  }
}

/** What the eight bytes of the checksum itself count for. */
const spaces = 8 * 0x20

function checksum(block: Buffer, at: number): number {
  let sum = spaces
  for (let i = at; i < at + 148; i++) sum += block[i]!
  for (let i = at + 156; i < at + blockSize; i++) sum += block[i]!
  return sum
}

/** Some old writers added the bytes up as signed ones. */
function signedChecksum(block: Buffer, at: number): number {
  let sum = spaces
  for (let i = 0; i < blockSize; i++) if (i < 148 || i >= 156) sum += block.readInt8(at + i)
  return sum
}

function fullName(block: Buffer, at: number): string {
  const name = text(block, at, 100)
  // The prefix field exists in POSIX ustar only; GNU keeps times there, and star a shorter prefix before its times.
  if (block[at + 345] === 0 || block.toString('latin1', at + 257, at + 263) !== 'ustar\0') return name
  const isStar = block.toString('latin1', at + 508, at + 512) === 'tar\0'
  return `${text(block, at + 345, isStar ? 131 : 155)}/${name}`
}

function text(block: Buffer, at: number, length: number): string {
  let end = at
  while (end < at + length && block[end] !== 0) end++
  return nameOf(block, at, end)
}

/** Octal digits, padded with spaces and NULs, or base 256 where the first bit is set. Throws TarError. */
export function numberOf(block: Buffer, at: number, length: number): number {
  if (block[at]! & 0x80) return base256(block, at, length)
  let i = at
  let end = at + length
  while (i < end && isPadding(block[i]!)) i++
  while (end > i && isPadding(block[end - 1]!)) end--
  let value = 0
  for (; i < end && block[i] !== 0; i++) {
    const digit = block[i]! - 0x30
    if (digit < 0 || digit > 7) throw new TarError('has a header with a number that is not octal')
    value = value * 8 + digit
  }
  return value
}

/** Mode, uid and gid: some writers have negative ones in base 256, which Linux cuts to 32 bits. */
function bitsOf(block: Buffer, at: number): number {
  return block[at]! & 0x80 ? block.readUInt32BE(at + 4) : numberOf(block, at, 8)
}

function isPadding(byte: number): boolean {
  return byte === 0x20 || byte === 0
}

function base256(block: Buffer, at: number, length: number): number {
  if (block[at]! & 0x40) throw new TarError('has a header with a negative number')
  let value = block[at]! & 0x3f
  for (let i = at + 1; i < at + length; i++) value = value * 256 + block[i]!
  if (!Number.isSafeInteger(value)) throw new TarError('has a header with a number beyond 2^53')
  return value
}
