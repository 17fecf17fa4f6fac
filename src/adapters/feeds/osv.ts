import type { Dispatcher } from 'undici'
import { OSV_PARSER_VERSION, parseOsv } from '../../core/match/osv.ts'
import { TallymanError } from '../../errors.ts'
import type { Feed, FeedContents } from './feed.ts'
import { bucketParts } from './osv-bucket.ts'
import { fileParts } from './osv-files.ts'
import type { FeedPart } from './osv-part.ts'

export interface OsvFeedOptions {
  /**
   * A folder in the layout of OSV's bucket (`<ECOSYSTEM>/all.zip`) or of plain `.json` files, a `.zip` of either, or the
   * http(s) URL of such a bucket or `.zip`. User and password in a URL are sent as basic authentication and never shown.
   */
  readonly location: string
  /** `osv` unless several are configured. */
  readonly name?: string
  /** Folders to read, `Debian`, `npm`; all of them if none is named. */
  readonly ecosystems?: readonly string[]
  readonly userAgent?: string
  /** Proxy, private CA. */
  readonly dispatcher?: Dispatcher
}

export function osvFeed({ name = 'osv', location, ecosystems = [], userAgent, dispatcher }: OsvFeedOptions): Feed {
  const url = /^https?:\/\//i.test(location) ? urlOf(location) : undefined
  const partsOf = (signal: AbortSignal) =>
    url ? bucketParts(url, { ecosystems, userAgent, dispatcher }, signal) : fileParts(location, ecosystems)

  return {
    name,
    location: url ? withoutCredentials(url) : location,
    version: OSV_PARSER_VERSION,
    async open(knownFingerprint, signal) {
      const parts = await partsOf(signal)
      return contentsOf(parts, knownFingerprint)
    },
    parse: ({ bytes }, note) => parseOsv(bytes, note),
  }
}

function contentsOf(parts: readonly FeedPart[], knownFingerprint: string | null): FeedContents {
  const known = new Map(tagsOf(knownFingerprint))
  const changed = parts.filter(({ folder, tag }) => tag === null || known.get(folder) !== tag)
  return {
    fetched: parts.map(({ changed }) => changed).reduce((latest, at) => (at > latest ? at : latest)),
    fingerprint: fingerprintOf(parts),
    unchangedFolders: parts.filter((part) => !changed.includes(part)).map(({ folder }) => folder),
    async *records(signal) {
      for (const part of changed) yield* part.records(signal)
    },
  }
}

type Tags = readonly (readonly [folder: string, tag: string | null])[]

/** Tags by folder, so that of a hundred archives only those that changed are read again. */
const fingerprintOf = (parts: readonly FeedPart[]): string =>
  JSON.stringify(parts.map(({ folder, tag }): Tags[number] => [folder, tag ?? `unknown at ${Date.now()}`]))

function tagsOf(fingerprint: string | null): Tags {
  try {
    const tags: unknown = JSON.parse(fingerprint ?? '[]')
    return Array.isArray(tags) ? (tags as Tags) : []
  } catch {
    return [] // another version's: everything is read
  }
}

function urlOf(location: string): URL {
  const url = URL.parse(location)
  if (!url) throw new TallymanError('CONFIG_INVALID', 'the location of the feed is not a URL')
  if (!/(?:\/|\.zip)$/.test(url.pathname)) url.pathname += '/'
  return url
}

function withoutCredentials(url: URL): string {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}
