/** Unsigned numbers of a file in one byte order. Throws RangeError beyond the end, as Buffer does. */
export interface NumberFields {
  u16(at: number): number
  u32(at: number): number
  /** Not exact beyond 2^53, where no file reaches. */
  u64(at: number): number
}

export function numberFields(bytes: Buffer, isBigEndian: boolean): NumberFields {
  if (isBigEndian) {
    return {
      u16: (at) => bytes.readUInt16BE(at),
      u32: (at) => bytes.readUInt32BE(at),
      u64: (at) => bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4),
    }
  }
  return {
    u16: (at) => bytes.readUInt16LE(at),
    u32: (at) => bytes.readUInt32LE(at),
    u64: (at) => bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at),
  }
}

/** A text in a field of fixed length, or up to the first zero. */
export function textField(bytes: Buffer, at: number, maxLength: number): string {
  const end = bytes.subarray(at, at + maxLength).indexOf(0)
  return bytes.toString('latin1', at, end < 0 ? Math.min(at + maxLength, bytes.length) : at + end)
}
