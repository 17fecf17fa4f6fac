import { readFile, stat } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { TallymanError } from '../../errors.ts'
import { verifyFile, verifyRemote } from './checksum.ts'
import type { FactFeed, FeedContents, FeedItem, FeedOptions } from './feed.ts'
import { httpSource, tagOf, urlOf, withoutCredentials } from './http-source.ts'

/** KEV has 2 MB, EPSS 3 MB packed and 12 MB unpacked. */
const MAX_PACKED_BYTES = 64 * 1024 * 1024
const MAX_BYTES = 256 * 1024 * 1024

interface DocumentKind extends Pick<FactFeed, 'kind' | 'version' | 'parse'> {
  /** The records of the unpacked document; FEED_INVALID if it is none. */
  records(document: Buffer): Iterable<FeedItem>
}

/** A feed that is one document, packed with gzip or not: a file or an http(s) URL. */
export function documentFeed(options: FeedOptions, { kind, version, parse, records }: DocumentKind): FactFeed {
  const { name, location } = options
  const url = urlOf(location)
  return {
    kind,
    name,
    location: url ? withoutCredentials(url) : location,
    version,
    parse,
    async open(known, signal) {
      const { fetched, fingerprint, read } = await (url ? openUrl(url, options, known, signal) : openFile(location))
      return contentsOf(known, fetched, fingerprint, async function* (given) {
        yield* records(unpacked(await read(given), location))
      })
    },
  }
}

interface Document {
  readonly fetched: string
  readonly fingerprint: string
  read(signal: AbortSignal): Promise<Buffer>
}

async function openFile(file: string): Promise<Document> {
  try {
    const { size, mtime, mtimeMs, ino, ctimeMs } = await stat(file)
    return {
      fetched: mtime.toISOString(),
      fingerprint: `${ino}-${size}-${mtimeMs}-${ctimeMs}`,
      async read(signal) {
        if (size > MAX_PACKED_BYTES) throw new TallymanError('FEED_INVALID', `${file} has ${size} bytes, too many`)
        const bytes = await readFile(file, { signal })
        await verifyFile(file, bytes)
        return bytes
      },
    }
  } catch (cause) {
    const { code = 'error' } = cause as { code?: string }
    throw new TallymanError('FEED_UNAVAILABLE', `the feed cannot be read at ${file}: ${code}`, {}, { cause })
  }
}

/** Asked for at once: not every server answers HEAD, and an unchanged document has no body. */
async function openUrl(url: URL, options: FeedOptions, known: string | null, signal: AbortSignal): Promise<Document> {
  const source = httpSource(url, options)
  const fetched = new Date().toISOString()
  const answer = await source.ask('GET', '', known, signal)
  if (answer === 'missing') {
    throw new TallymanError('FEED_UNAVAILABLE', `${source.href('')} answered 404`, { status: 404 })
  }
  if (answer === 'unchanged') return { fetched, fingerprint: known ?? '', read: async () => Buffer.alloc(0) }
  const bytes = await source.body(answer, MAX_PACKED_BYTES, signal)
  return {
    fetched,
    fingerprint: tagOf(answer) ?? `unknown at ${Date.now()}`,
    async read(given) {
      await verifyRemote(source, '', bytes, given)
      return bytes
    },
  }
}

function contentsOf(
  known: string | null,
  fetched: string,
  fingerprint: string,
  records: FeedContents['records'],
): FeedContents {
  return { fetched, fingerprint, keptFolders: fingerprint === known ? [''] : [], records }
}

function unpacked(bytes: Buffer, location: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
  } catch (cause) {
    const { message } = cause as Error
    throw new TallymanError('FEED_INVALID', `${location} cannot be unpacked: ${message}`, {}, { cause })
  }
}
