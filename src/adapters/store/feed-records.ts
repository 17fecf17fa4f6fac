import type { AdvisoryAspect } from '../../core/match/advisory-changes.ts'

/** A record of a feed that is another at snapshot `to` than at snapshot `from`. */
export interface FeedDifference {
  readonly feed: string
  /** Path of the record inside the feed; of a fact its key. */
  readonly path: string
  /** Of the advisory; of a fact its key. */
  readonly id: string
  /** `withdrawn`: still there, but matches nothing any more. */
  readonly change: 'added' | 'changed' | 'withdrawn' | 'removed'
  /** Of a changed or withdrawn advisory. */
  readonly aspects: readonly AdvisoryAspect[]
}

/** What has to be matched or judged again between two snapshots: never too little, sometimes more than needed. */
export interface FeedChanges {
  /**
   * `packageKey`s of advisories that were added, changed (but for text), withdrawn or removed, as the index has them: names
   * that are too long for it are cut (key-text.ts).
   */
  readonly packageKeys: readonly string[]
  /** Ids (CVE, advisory, alias) of vulnerabilities whose rating by any record may be another: other records' matches show it. */
  readonly rated: readonly string[]
  /** CVE ids that were put into the KEV catalogue, changed in it, or removed. */
  readonly kev: readonly string[]
  /** CVE ids with another EPSS score. */
  readonly epss: readonly string[]
}

/** What adopting a state would do to the stored packages, as far as it was tried. */
export interface FeedEffect {
  /** Package versions that were matched against it. */
  readonly packages: number
  /** Findings of these that would open and close. */
  readonly opened: number
  readonly closed: number
  /** Images with these packages that were judged. */
  readonly images: number
  /** Those that would have another outcome, by `fail → pass`. */
  readonly flips: Readonly<Record<string, number>>
  /** Not all packages and images that the change touches were tried: there were too many, or they need a scan's care. */
  readonly partial: boolean
}

/** A state of a feed that was read and not adopted. */
export interface FeedCandidate {
  readonly feed: string
  readonly location: string
  readonly fingerprint: string
  /** As of the contents. */
  readonly fetched: string
  readonly heldAt: string
  readonly reasons: readonly string[]
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly skipped: number
  readonly effect: FeedEffect | null
  /** An operator wants it in spite of the reasons: the next refresh adopts it. */
  readonly approved: boolean
}

/** How reading the feed went lately, whatever became of its contents. */
export interface FeedHealth {
  readonly feed: string
  readonly attemptedAt: string
  /** Since when every attempt failed; null where the last one did not. */
  readonly failingSince: string | null
  readonly code: string | null
  readonly error: string | null
}
