import { posix } from 'node:path'
import { MAX_RECORD_BYTES } from '../../core/match/osv.ts'
import { ZipError, zipEntries } from '../../core/zip/zip.ts'
import { TallymanError } from '../../errors.ts'
import type { FeedItem, FeedRecord, UnreadableRecord } from './feed.ts'

/** What of a feed changes as one: an ecosystem's archive, or a folder of files. */
export interface FeedPart {
  /** Path inside the feed, empty for its root. */
  readonly folder: string
  /** Equal tags mean equal contents; null where the source gives no way to tell. */
  readonly tag: string | null
  /** When it last changed, as far as the source tells, RFC 3339. */
  readonly changed: string
  /** `records` says nothing of those that did not change since the known tag. */
  readonly partial?: boolean
  records(signal: AbortSignal): AsyncIterable<FeedItem>
}

/** OSV's largest archives have some 200 MB; this one is held in memory while it is read. */
export const MAX_ARCHIVE_BYTES = 1024 * 1024 * 1024

/** Where the archive of an ecosystem lies in its folder. */
export const ARCHIVE_NAME = 'all.zip'

/** The records of an archive, and of ecosystem archives inside it. FEED_INVALID if it is corrupt anywhere. */
export function* archiveRecords(
  archive: Buffer,
  folder: string,
  ecosystems: readonly string[],
  signal: AbortSignal,
): Generator<FeedRecord | UnreadableRecord, void, undefined> {
  const inside = (path: string) => posix.join(folder, path)
  try {
    for (const entry of zipEntries(archive)) {
      signal.throwIfAborted()
      if (entry.name.endsWith('.json')) yield recordOf(inside(entry.name), entry.size, (limit) => entry.read(limit))
      if (posix.basename(entry.name) !== ARCHIVE_NAME) continue
      const nested = posix.dirname(entry.name)
      if (!isWanted(ecosystems, posix.basename(nested))) continue
      yield* archiveRecords(entry.read(MAX_ARCHIVE_BYTES), inside(nested), [], signal)
    }
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    const where = folder === '' ? 'the archive' : `the archive of ${folder}`
    throw new TallymanError('FEED_INVALID', `${where} cannot be read: ${error.message}; nothing of the feed is adopted`)
  }
}

/** An empty list wants all. */
export const isWanted = (ecosystems: readonly string[], folder: string): boolean =>
  ecosystems.length === 0 || ecosystems.includes(folder)

/** `size` is what the source claims: a record that says it is too long is not even unpacked. */
function recordOf(path: string, size: number, read: (maxBytes: number) => Buffer): FeedRecord | UnreadableRecord {
  if (size > MAX_RECORD_BYTES) return tooLong(path, size)
  return { path, bytes: read(MAX_RECORD_BYTES) }
}

export const tooLong = (path: string, size: number): UnreadableRecord => ({
  path,
  problem: `is ${size} bytes long, more than ${MAX_RECORD_BYTES}`,
})
