import type { Advisory } from '../../core/match/advisory.ts'

/** One raw record of a feed. */
export interface FeedRecord {
  /** Path inside the feed; with the feed's name its key. */
  readonly path: string
  readonly bytes: Buffer
}

/** What a feed has now. */
export interface FeedContents {
  /** When it was fetched or, for files, last changed. RFC 3339. */
  readonly fetched: string
  /** Equal fingerprints mean equal contents: ETag, or size and time of the files. */
  readonly fingerprint: string
  records(signal: AbortSignal): AsyncIterable<FeedRecord>
}

/** A source of advisories. OSV is the only model: another source is a converter to it. */
export interface Feed {
  readonly name: string
  /** As the operator wrote it, without credentials. */
  readonly location: string
  /**
   * `unchanged` if the contents still have the fingerprint. FEED_UNAVAILABLE, FEED_INVALID.
   */
  open(knownFingerprint: string | null, signal: AbortSignal): Promise<FeedContents | 'unchanged'>
  /** Undefined, with a note, for a record that cannot be understood. Pure. */
  parse(record: FeedRecord, note: (problem: string) => void): Advisory | undefined
}
