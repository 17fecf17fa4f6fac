import { crc32, deflateRawSync } from 'node:zlib'

interface ZipOptions {
  /** Bytes before the archive, as in a self-starting jar; offsets in the archive do not count them. */
  readonly prefix?: Buffer
  /** Writes zip64 records and extra fields although the archive is small. */
  readonly zip64?: boolean
  readonly stored?: boolean
}

/** A zip archive of these files, in order. */
export function zipOf(files: Readonly<Record<string, string | Buffer>>, options: ZipOptions = {}): Buffer {
  const { prefix = Buffer.alloc(0), zip64 = false, stored = false } = options
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path)
    const plain = Buffer.from(content)
    const packed = stored ? plain : deflateRawSync(plain)
    const shared = Buffer.alloc(22)
    shared.writeUInt16LE(stored ? 0 : 8, 4)
    shared.writeUInt32LE(crc32(plain), 10)
    shared.writeUInt32LE(zip64 ? 0xffffffff : packed.length, 14)
    shared.writeUInt32LE(zip64 ? 0xffffffff : plain.length, 18)
    const extra = zip64 ? extraOf(plain.length, packed.length, offset) : Buffer.alloc(0)

    const local = Buffer.concat([u32(0x04034b50), shared, u16(name.length), u16(0), name, packed])
    const attributes = Buffer.alloc(10)
    const at = u32(zip64 ? 0xffffffff : offset)
    const lengths = [u16(name.length), u16(extra.length), u16(0)]
    directory.push(
      Buffer.concat([u32(0x02014b50), u16(20), shared, ...lengths, attributes.subarray(0, 8), at, name, extra]),
    )
    bodies.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const count = directory.length
  const tail = zip64
    ? [...endOf64(count, central.length, offset), endOf(0xffff, 0xffffffff, 0xffffffff)]
    : [endOf(count, central.length, offset)]
  return Buffer.concat([prefix, ...bodies, central, ...tail])
}

function extraOf(size: number, packedSize: number, offset: number): Buffer {
  return Buffer.concat([u16(1), u16(24), u64(size), u64(packedSize), u64(offset)])
}

function endOf(count: number, size: number, offset: number): Buffer {
  return Buffer.concat([u32(0x06054b50), u32(0), u16(count), u16(count), u32(size), u32(offset), u16(0)])
}

function endOf64(count: number, size: number, offset: number): Buffer[] {
  const record = [
    u32(0x06064b50),
    u64(44),
    u16(45),
    u16(45),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(size),
    u64(offset),
  ]
  return [...record, u32(0x07064b50), u32(0), u64(offset + size), u32(1)]
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value)
  return buffer
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}
