import { createHash } from 'node:crypto'
import { TallymanError } from '../../errors.ts'
import type { Descriptor } from './manifest.ts'

/**
 * The same bytes, checked while they pass: BLOB_CORRUPT as soon as there are more than the descriptor's size, or at the
 * end if size or digest differ. What was read before the end is not to be trusted until the end is reached.
 */
async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let received = 0
  for await (const chunk of bytes) {
    received += chunk.length
    if (received > size) throw corrupt(digest, `has more than its ${size} bytes`)
    hash.update(chunk)
    yield chunk
  }
  if (received < size) throw corrupt(digest, `ended after ${received} of ${size} bytes`)
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw corrupt(digest, `has the digest ${found}`)
}

/** A small blob as a whole, verified; MANIFEST_INVALID if its descriptor admits to more than `most` bytes. */
export async function readVerified(
  bytes: AsyncIterable<Uint8Array>,
  descriptor: Pick<Descriptor, 'digest' | 'size'>,
  most: number,
): Promise<Buffer> {
  if (descriptor.size > most) {
    throw new TallymanError(
      'MANIFEST_INVALID',
      `blob ${descriptor.digest} has ${descriptor.size} bytes, more than the limit of ${most}`,
    )
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of verified(bytes, descriptor)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function corrupt(digest: string, problem: string): TallymanError {
  return new TallymanError('BLOB_CORRUPT', `blob ${digest} ${problem}`, { digest })
}
