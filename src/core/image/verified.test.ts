import { expect, test } from 'vitest'
import { digestOf } from './digest.ts'
import { readVerified } from './verified.ts'

const bytes = Buffer.from('hello, layer')
const descriptor = { digest: digestOf(bytes), size: bytes.length }

async function* chunks(...parts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part)
}

test('passes bytes of the right digest and size', async () => {
  expect(await readVerified(chunks('hello', ', ', 'layer'), descriptor, 100)).toEqual(bytes)
})

test.each([
  ['other bytes', chunks('hello, Layer'), `has the digest ${digestOf('hello, Layer')}`],
  ['an early end', chunks('hello'), 'ended after 5 of 12 bytes'],
  ['nothing', chunks(), 'ended after 0 of 12 bytes'],
])('throws at %s', async (_, body, problem) => {
  await expect(readVerified(body, descriptor, 100)).rejects.toThrow(
    expect.objectContaining({ code: 'BLOB_CORRUPT', message: `blob ${descriptor.digest} ${problem}` }),
  )
})

test('stops a body that is longer than it should be without reading on', async () => {
  let taken = 0
  async function* endless() {
    for (;;) {
      taken += 1
      yield Buffer.alloc(10)
    }
  }
  await expect(readVerified(endless(), descriptor, 100)).rejects.toThrow(
    `blob ${descriptor.digest} has more than its 12 bytes`,
  )
  expect(taken).toBe(2)
})

test('refuses a blob that admits to be too large before reading any of it', async () => {
  await expect(readVerified(chunks(), { ...descriptor, size: 101 }, 100)).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
  })
})
