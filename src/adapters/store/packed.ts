import { promisify } from 'node:util'
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/**
 * Bytes of JSON up to which it stays plain. Reading four of five advisories takes 3 µs instead of 25, of which zstd needs 20
 * however little there is; on average they take 0.55 kB, 0.4 if all were compressed and 0.9 if none.
 */
const maxPlain = 1_000
/** The first byte of every zstd frame (RFC 8878, 3.1.1); no JSON begins with it. */
const zstdByte = 0x28

/** Small data as JSON, compressed where that saves much. */
export function pack(value: unknown): Buffer {
  const plain = Buffer.from(JSON.stringify(value))
  return plain.byteLength > maxPlain ? zstdCompressSync(plain) : plain
}

/** Our own writing, so there is no limit on what it unpacks to. */
export function unpack(body: Uint8Array): unknown {
  const plain =
    body[0] === zstdByte ? zstdDecompressSync(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return JSON.parse(plain.toString())
}

/** The same for megabytes, beside the event loop. */
export async function packLarge(value: unknown): Promise<Buffer> {
  return compress(JSON.stringify(value))
}

export async function unpackLarge(body: Uint8Array): Promise<unknown> {
  return JSON.parse((await decompress(body)).toString())
}
