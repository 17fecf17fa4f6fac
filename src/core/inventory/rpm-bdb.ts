const headerSize = 26
const HASH_UNSORTED = 2
const HASH = 13
const OVERFLOW = 7
const HASH_METADATA = 8
const OFF_PAGE = 3

interface Pages {
  readonly bytes: Buffer
  readonly size: number
  readonly count: number
  readonly u16: (at: number) => number
  readonly u32: (at: number) => number
}

/** Whether the bytes are a Berkeley DB hash file: its magic at offset 12, in either byte order. */
export function isBerkeleyHash(bytes: Buffer): boolean {
  return bytes.length >= 512 && (bytes.readUInt32LE(12) === 0x61561 || bytes.readUInt32BE(12) === 0x61561)
}

/**
 * Package headers of a Berkeley DB `Packages` file, and what is wrong with it: hash pages hold pairs of key and value; a
 * header is a value that lies in a chain of overflow pages (an inline value is the record counter).
 *
 * Every overflow page belongs to one value in a sound file, so a page that is met twice ends the reading: the work is
 * bounded by the file's size.
 */
export function* headersOfBerkeley(bytes: Buffer, note: (problem: string) => void): Generator<Buffer> {
  const pages = pagesOf(bytes)
  if (!pages) {
    note('the Berkeley database has an unknown version or encryption, or is damaged')
    return
  }
  const used = new Uint8Array(pages.count)
  for (let page = 1; page < pages.count; page++) {
    const type = bytes[page * pages.size + 25]
    if (type !== HASH && type !== HASH_UNSORTED) continue
    for (const item of overflowItems(pages, page)) {
      const header = chained(pages, item, used)
      if (!header) {
        note(`the Berkeley database is damaged at page ${page}`)
        return
      }
      yield header
    }
  }
}

function pagesOf(bytes: Buffer): Pages | undefined {
  const little = bytes.readUInt32LE(12) === 0x61561
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const size = u32(20)
  const count = u32(32) + 1
  const sound = size >= 512 && size <= 65_536 && (size & (size - 1)) === 0 && count * size <= bytes.length
  const plain = bytes[24] === 0 && bytes[25] === HASH_METADATA
  return sound && plain ? { bytes, size, count, u16, u32 } : undefined
}

/** Values of a hash page that lie in overflow pages: first page and length. Offsets alternate key, value. */
function* overflowItems({ bytes, size, u16, u32 }: Pages, page: number): Generator<{ first: number; length: number }> {
  const start = page * size
  const entries = Math.min(u16(start + 20), Math.floor((size - headerSize) / 2))
  for (let entry = 1; entry < entries; entry += 2) {
    const offset = u16(start + headerSize + entry * 2)
    if (offset + 12 > size || bytes[start + offset] !== OFF_PAGE) continue
    yield { first: u32(start + offset + 4), length: u32(start + offset + 8) }
  }
}

/** The bytes of a chain of overflow pages; undefined where it is not one of that length. */
function chained(
  { bytes, size, count, u16, u32 }: Pages,
  item: { first: number; length: number },
  used: Uint8Array,
): Buffer | undefined {
  const parts: Buffer[] = []
  let total = 0
  for (let page = item.first; page !== 0;) {
    const start = page * size
    if (page >= count || used[page] || bytes[start + 25] !== OVERFLOW) return undefined
    used[page] = 1
    const length = u16(start + 22)
    if (headerSize + length > size) return undefined
    parts.push(bytes.subarray(start + headerSize, start + headerSize + length))
    total += length
    page = u32(start + 16)
  }
  return total === item.length ? Buffer.concat(parts) : undefined
}
