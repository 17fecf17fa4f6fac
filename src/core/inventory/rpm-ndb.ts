const blockSize = 16
const slotSize = 16
const firstSlot = 2 * slotSize
const pageSize = 4096
const blobHead = 16
const blobTail = 12

/** 524,288 packages; a full distribution has a tenth of that. */
const maxSlotPages = 2048

/** Whether the bytes are rpm's own database format (NDB). */
export function isNdb(bytes: Buffer): boolean {
  return bytes.length >= pageSize && bytes.toString('latin1', 0, 4) === 'RpmP'
}

/**
 * Package headers of a `Packages.db` (rpm's lib/backend/ndb/rpmpkg.c; little-endian): slots point to blobs, each with the
 * package's number and length at both ends. Blobs of a sound file do not overlap, so together they fit in it: that bounds
 * the work by the file's size.
 */
export function* headersOfNdb(bytes: Buffer, note: (problem: string) => void): Generator<Buffer> {
  const slotPages = bytes.readUInt32LE(12)
  const version = bytes.readUInt32LE(4)
  if (version !== 0 || slotPages > maxSlotPages || slotPages * pageSize > bytes.length) {
    note('the package database has an unknown version or is damaged')
    return
  }
  let total = 0
  for (let slot = firstSlot; slot < slotPages * pageSize; slot += slotSize) {
    if (bytes.toString('latin1', slot, slot + 4) !== 'Slot') {
      note(`the package database is damaged at byte ${slot}`)
      return
    }
    const start = bytes.readUInt32LE(slot + 8) * blockSize
    if (start === 0) continue // free
    const end = start + bytes.readUInt32LE(slot + 12) * blockSize
    total += end - start
    const header = total > bytes.length ? undefined : blobAt(bytes, start, end, bytes.readUInt32LE(slot + 4))
    if (header) yield header
    else note(`the package database is damaged at byte ${start}`)
  }
}

function blobAt(bytes: Buffer, start: number, end: number, number: number): Buffer | undefined {
  if (end > bytes.length || end - start < blobHead + blobTail) return undefined
  const length = bytes.readUInt32LE(start + 12)
  const sound =
    bytes.toString('latin1', start, start + 4) === 'BlbS' &&
    bytes.readUInt32LE(start + 4) === number &&
    bytes.toString('latin1', end - 4, end) === 'BlbE' &&
    length <= end - start - blobHead - blobTail
  return sound ? bytes.subarray(start + blobHead, start + blobHead + length) : undefined
}
