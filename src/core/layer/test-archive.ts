import { digestOf } from '../image/digest.ts'
import type { Cataloger } from '../inventory/cataloger.ts'
import type { LayerBlob } from './facts.ts'
import { createLayerReading, type LayerReadingOptions, type LayerResult } from './read-layer.ts'

/* Archives for tests, header field by header field, so that they can be as wrong as needed. */

export interface TestEntry {
  readonly name: string | Buffer
  readonly type?: string
  readonly body?: string | Buffer
  readonly link?: string
  readonly prefix?: string
  /** In place of `ustar` and its version. */
  readonly magic?: string
  /** In place of the body's size; bytes go into the field as they are. */
  readonly size?: number | Buffer
  /** 0o644 unless given. */
  readonly mode?: number
  readonly device?: readonly [major: number, minor: number]
  /** Changes the header before its checksum is made. */
  readonly change?: (header: Buffer) => void
}

export function tar(...entries: readonly (TestEntry | Buffer)[]): Buffer {
  return Buffer.concat([
    ...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry))),
    Buffer.alloc(1024),
  ])
}

export function tarEntry({ name, type = '0', body = '', link = '', prefix = '', ...rest }: TestEntry): Buffer {
  const header = Buffer.alloc(512)
  const bytes = Buffer.from(body)
  header.write(`${octal(rest.mode ?? 0o644, 7)}\0`, 100)
  header.write(type, 156)
  header.write(link, 157)
  header.write(rest.magic ?? 'ustar\x0000', 257)
  header.write(prefix, 345)
  Buffer.from(name).copy(header, 0, 0, 100)
  const size = rest.size ?? bytes.length
  if (Buffer.isBuffer(size)) size.copy(header, 124)
  else header.write(`${octal(size, 11)}\0`, 124)
  if (rest.device) header.write(`${octal(rest.device[0], 7)}\0${octal(rest.device[1], 7)}\0`, 329)
  rest.change?.(header)
  seal(header)
  return Buffer.concat([header, padded(bytes)])
}

/** A pax header (`x`, or `g` for a global one). */
export function pax(records: Readonly<Record<string, string | Buffer>>, type = 'x'): Buffer {
  const body = Object.entries(records).map(([key, value]) => paxRecord(key, Buffer.from(value)))
  return tarEntry({ name: 'PaxHeader', type, body: Buffer.concat(body) })
}

export function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length++
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** GNU's long name (`L`) or long link (`K`). */
export function gnuLong(type: 'L' | 'K', text: string): Buffer {
  return tarEntry({ name: '././@LongLink', type, body: `${text}\0`, magic: 'ustar  \0' })
}

/** Writes the checksum. */
export function seal(header: Buffer): void {
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
}

export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

export function blobOf(bytes: Buffer): LayerBlob {
  return { digest: digestOf(bytes), size: bytes.length, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }
}

/** Takes every file named `evidence` (and what `also` names); its one fact has the file's text as its version. */
export function evidenceCataloger(also: readonly string[] = [], name = 'evidence'): Cataloger {
  return {
    name,
    version: 1,
    maxBytes: 1000,
    wants: (path, basename) => basename === 'evidence' || also.includes(path),
    *read({ path, bytes }) {
      yield { kind: 'package', type: 'deb', name: path, version: bytes.toString() }
    },
  }
}

/** Reads a whole layer, `step` bytes at a time. */
export async function readBytes(
  bytes: Buffer,
  options: LayerReadingOptions & {
    readonly catalogers?: readonly Cataloger[]
    readonly step?: number
    readonly blob?: LayerBlob
  } = {},
): Promise<LayerResult> {
  const { catalogers = [evidenceCataloger()], step = 512 * 1024, blob = blobOf(bytes) } = options
  const reading = createLayerReading(blob, catalogers, options)
  for (let at = 0; at < bytes.length; at += step) await reading.push(bytes.subarray(at, at + step))
  return reading.finish()
}
