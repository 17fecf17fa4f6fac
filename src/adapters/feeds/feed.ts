import type { Advisory } from '../../core/match/advisory.ts'

/** One raw record of a feed. */
export interface FeedRecord {
  /** Path inside the feed; with the feed's name its key. */
  readonly path: string
  readonly bytes: Buffer
}

/** A record that is there but cannot be read, by itself: it is counted, and the last good one at its path stays. */
export interface UnreadableRecord {
  readonly path: string
  readonly problem: string
}

/** What a feed has now. */
export interface FeedContents {
  /** When it was fetched or, for files, last changed. RFC 3339. */
  readonly fetched: string
  /** Equal fingerprints mean equal contents: ETag, or size and time of the files. */
  readonly fingerprint: string
  /** Folders whose records are those of the known fingerprint: they are left out of `records`, and stay. */
  readonly unchangedFolders: readonly string[]
  /** FEED_UNAVAILABLE or FEED_INVALID at any point: then nothing of it may be adopted. */
  records(signal: AbortSignal): AsyncIterable<FeedRecord | UnreadableRecord>
}

/** A source of advisories. OSV is the only model: another source is a converter to it. */
export interface Feed {
  readonly name: string
  /** As the operator wrote it, without credentials. */
  readonly location: string
  /** Raise it when the same bytes would give another advisory: records are then parsed again. */
  readonly version: number
  /**
   * Looks at what is there now, without reading it. `knownFingerprint` is that of the contents that were read last: what is
   * the same as then need not be read again. FEED_UNAVAILABLE, FEED_INVALID.
   */
  open(knownFingerprint: string | null, signal: AbortSignal): Promise<FeedContents>
  /** Undefined, with a note, for a record that cannot be understood. Pure. */
  parse(record: FeedRecord, note: (problem: string) => void): Advisory | undefined
}
