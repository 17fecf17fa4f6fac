import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { streamInflater } from './inflate-stream.ts'
import { syncInflater } from './inflate-sync.ts'
import { engines } from './inflater.ts'

const parts = ['hello '.repeat(100_000), 'world', '', 'z'.repeat(3_000_000)]
const text = parts.join('')
const gzip = gzipSync(text)
const zstd = zstdCompressSync(text)
const skippable = Buffer.concat([Buffer.from('502a4d1805000000', 'hex'), Buffer.from('abcde')])

const inflaters = { syncInflater, streamInflater }
type InflaterName = keyof typeof inflaters

async function inflate(using: InflaterName, format: 'gzip' | 'zstd', bytes: Buffer, step: number): Promise<string> {
  const out: string[] = []
  const inflater = inflaters[using](engines[format], (chunk) => out.push(chunk.toString('latin1')) > 0)!
  try {
    for (let at = 0; at < bytes.length; at += step) await inflater.write(bytes.subarray(at, at + step))
    await inflater.end()
    return out.join('')
  } finally {
    inflater.close()
  }
}

// Node's own decoder is silent about all but the first frame, and returns nothing where a skippable one comes first.
const sound: [string, 'gzip' | 'zstd', Buffer][] = [
  ['one gzip member', 'gzip', gzip],
  ['gzip members one after another', 'gzip', Buffer.concat(parts.map((part) => gzipSync(part)))],
  ['gzip padded with zeros', 'gzip', Buffer.concat([gzip, Buffer.alloc(2000)])],
  ['one zstd frame', 'zstd', zstd],
  [
    'zstd frames and skippable frames',
    'zstd',
    Buffer.concat([skippable, ...parts.map((part) => zstdCompressSync(part)), skippable]),
  ],
]

const damaged: [string, 'gzip' | 'zstd', Buffer, string][] = [
  ['gzip that is cut off', 'gzip', gzip.subarray(0, -9), 'unexpected end of file'],
  ['gzip with garbage behind it', 'gzip', Buffer.concat([gzip, Buffer.from('garbage')]), 'incorrect header check'],
  ['zstd that is cut off', 'zstd', zstd.subarray(0, -3), 'unexpected end of file'],
  [
    'zstd that is cut off in a second frame',
    'zstd',
    Buffer.concat([zstd, zstd.subarray(0, 2)]),
    'unexpected end of file',
  ],
  ['zstd with garbage behind it', 'zstd', Buffer.concat([zstd, Buffer.from('garbage!')]), 'Unknown frame descriptor'],
]

for (const using of Object.keys(inflaters) as InflaterName[]) {
  test.each(sound)(`${using} inflates %s`, async (_, format, bytes) => {
    expect((await inflate(using, format, bytes, bytes.length)) === text).toBe(true)
    expect((await inflate(using, format, bytes, 97)) === text).toBe(true)
  })

  test.each(damaged)(`${using} refuses %s`, async (_, format, bytes, message) => {
    await expect(inflate(using, format, bytes, bytes.length)).rejects.toThrow(message)
    await expect(inflate(using, format, bytes, 97)).rejects.toThrow(message)
  })

  test(`${using} stops when no more is wanted`, async () => {
    let emitted = 0
    const bomb = gzipSync(Buffer.alloc(30_000_000))
    const inflater = inflaters[using](engines.gzip, (chunk) => (emitted += chunk.length) < 1_000_000)!
    await inflater.write(bomb)
    await inflater.write(bomb)
    await inflater.end()
    inflater.close()
    expect(emitted).toBeLessThan(2_000_000)
  })

  test(`${using} refuses a zstd window that would need more than 128 MiB`, async () => {
    const wide = zstdCompressSync('x'.repeat(1000), {
      params: {
        [constants.ZSTD_c_windowLog]: 30,
        [constants.ZSTD_c_enableLongDistanceMatching]: 1,
        [constants.ZSTD_c_contentSizeFlag]: 0,
      },
    })
    wide[5] = 20 << 3 // the window descriptor: 2^(10 + 20)
    await expect(inflate(using, 'zstd', wide, wide.length)).rejects.toThrow(/memory|window/i)
  })
}
