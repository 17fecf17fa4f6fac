import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { TallymanError } from '../../errors.ts'
import type { FeedType } from './feed.ts'
import { eol } from './eol.ts'
import { epss } from './epss.ts'
import { kev } from './kev.ts'
import { osv } from './osv.ts'

/** Every kind of feed. A new one is one file, one line here, one test beside it, and a row in docs/feeds.md. */
export const feedTypes: readonly FeedType[] = [osv, kev, epss, eol]

/** Enough for the first keys of any of the documents. */
const HEAD_BYTES = 64 * 1024
/** Files of a folder that are looked into. */
const MAX_LOOKS = 20

/** A kind of feed, and where to open it. */
interface Recognised {
  readonly type: FeedType
  readonly location: string
}

/**
 * Which kind of feed a file or folder is, by what its files begin with; a folder with nothing else in it is OSV's. For
 * what was carried to a machine without a network. FEED_UNAVAILABLE, FEED_INVALID.
 */
export async function recognise(location: string): Promise<Recognised> {
  const found = await stat(location).catch((cause: unknown) => {
    const { code = 'error' } = cause as { code?: string }
    throw new TallymanError('FEED_UNAVAILABLE', `the feed cannot be read at ${location}: ${code}`, {}, { cause })
  })
  if (!found.isDirectory()) {
    const type = typeOf(await headOf(location))
    if (type) return { type, location }
    throw new TallymanError('FEED_INVALID', `${location} is no feed: expected an OSV archive, KEV JSON or an EPSS CSV`)
  }
  const entries = await readdir(location, { withFileTypes: true })
  for (const entry of entries.filter((each) => each.isFile()).slice(0, MAX_LOOKS)) {
    const file = join(location, entry.name)
    const type = typeOf(await headOf(file))
    if (type === eol) return { type, location }
    if (type && type !== osv) return { type, location: file }
  }
  return { type: osv, location }
}

const typeOf = (head: Buffer) => feedTypes.find((type) => type.recognises(head))

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return unpackedHead(buffer.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

function unpackedHead(head: Buffer): Buffer {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head
  try {
    // A head ends in the middle of the stream, which is no error here.
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1024 * 1024 })
  } catch {
    return head
  }
}
