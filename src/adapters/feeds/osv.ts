import { OSV_PARSER_VERSION, parseOsv } from '../../core/match/osv.ts'
import type { AdvisoryFeed, FeedContents, FeedOptions, FeedType } from './feed.ts'
import { urlOf, withoutCredentials } from './http-source.ts'
import { bucketParts } from './osv-bucket.ts'
import { fileParts } from './osv-files.ts'
import type { FeedPart } from './osv-part.ts'

/** OSV's public bucket, a mirror of it, or a commercial or in-house feed in the same form. */
export const osv: FeedType = {
  name: 'osv',
  location: 'https://storage.googleapis.com/osv-vulnerabilities',
  open: (options) => osvFeed(options),
  recognises: (head) => head.subarray(0, 2).toString('latin1') === 'PK',
}

/**
 * `location`: a folder in the layout of OSV's bucket (`<ECOSYSTEM>/all.zip`) or of plain `.json` files, a `.zip` of either, or
 * the http(s) URL of such a bucket or `.zip`. Its name is `osv` unless several are configured.
 */
export function osvFeed(options: Omit<FeedOptions, 'name'> & { readonly name?: string }): AdvisoryFeed {
  const { name = 'osv', location, ecosystems = [], userAgent, dispatcher } = options
  const url = urlOf(location)
  return {
    kind: 'osv',
    name,
    location: url ? withoutCredentials(url) : location,
    version: OSV_PARSER_VERSION,
    async open(knownFingerprint, signal) {
      const known = new Map(tagsOf(knownFingerprint))
      const parts = url
        ? await bucketParts(url, { ecosystems, userAgent, dispatcher }, known, signal)
        : await fileParts(location, ecosystems)
      return contentsOf(parts, known)
    },
    parse: ({ bytes }, note) => parseOsv(bytes, note),
  }
}

function contentsOf(parts: readonly FeedPart[], known: ReadonlyMap<string, string | null>): FeedContents {
  const changed = parts.filter(({ folder, tag }) => tag === null || known.get(folder) !== tag)
  const kept = parts.filter((part) => part.partial === true || !changed.includes(part))
  return {
    fetched: parts.map((part) => part.changed).reduce((latest, at) => (at > latest ? at : latest)),
    fingerprint: fingerprintOf(parts),
    keptFolders: kept.map(({ folder }) => folder),
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
