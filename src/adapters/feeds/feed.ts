import type { Dispatcher } from 'undici'
import type { Advisory } from '../../core/match/advisory.ts'
import type { FactKind, FeedFact, FeedKind } from '../../core/match/feed-facts.ts'

/** One raw record of a feed. */
export interface FeedRecord {
  /** Path inside the feed; with the feed's name its key. Of a fact its key. */
  readonly path: string
  readonly bytes: Buffer
}

/** A record that is there but cannot be read, by itself: it is counted, and the last good one at its path stays. */
export interface UnreadableRecord {
  readonly path: string
  readonly problem: string
}

/** A record that the feed names as changed and no longer has. */
interface RemovedRecord {
  readonly path: string
  readonly removed: true
}

/** A record that is still there and has not changed since the known fingerprint. */
interface UnchangedRecord {
  readonly path: string
  readonly unchanged: true
}

export type FeedItem = FeedRecord | UnreadableRecord | RemovedRecord | UnchangedRecord

/** What a feed has now. */
export interface FeedContents {
  /** When it was fetched or, for files, last changed. RFC 3339. */
  readonly fetched: string
  /** Equal fingerprints mean equal contents: ETag, or size and time of the files. */
  readonly fingerprint: string
  /**
   * Folders of which only what changed since the known fingerprint is in `records`, or nothing if nothing did: their other
   * records stay.
   */
  readonly keptFolders: readonly string[]
  /** FEED_UNAVAILABLE or FEED_INVALID at any point: then nothing of it may be adopted. */
  records(signal: AbortSignal): AsyncIterable<FeedItem>
}

interface Source {
  readonly name: string
  /** As the operator wrote it, without credentials. */
  readonly location: string
  /** Raise it when the same bytes would give another advisory or fact: records are then parsed again. */
  readonly version: number
  /**
   * Looks at what is there now. `knownFingerprint` is that of the contents that were read last: what is the same as then need
   * not be read again. FEED_UNAVAILABLE, FEED_INVALID.
   */
  open(knownFingerprint: string | null, signal: AbortSignal): Promise<FeedContents>
}

/** A source of advisories. OSV is the only model: another source is a converter to it. */
export interface AdvisoryFeed extends Source {
  readonly kind: 'osv'
  /** Undefined, with a note, for a record that cannot be understood. Pure. */
  parse(record: FeedRecord, note: (problem: string) => void): Advisory | undefined
}

/** A source of facts that stand beside advisories (core/match/feed-facts.ts). */
export interface FactFeed extends Source {
  readonly kind: FactKind
  parse(record: FeedRecord, note: (problem: string) => void): FeedFact | undefined
}

export type Feed = AdvisoryFeed | FactFeed

export interface FeedOptions {
  readonly name: string
  /** A file or folder, or an http(s) URL; user and password in it are sent as basic authentication and never shown. */
  readonly location: string
  /** Folders to read, where the kind has such; all of them if none is named. */
  readonly ecosystems?: readonly string[]
  readonly userAgent?: string
  /** Proxy, private CA. */
  readonly dispatcher?: Dispatcher
}

/** A kind of feed: one file, and a line in feeds.ts. */
export interface FeedType {
  readonly name: FeedKind
  /** Where the publisher has it. */
  readonly location: string
  open(options: FeedOptions): Feed
  /** Whether a file that begins so (unpacked, if it was gzip) is of this kind. */
  recognises(head: Buffer): boolean
}
