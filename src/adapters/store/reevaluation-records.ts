import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../../core/inventory/package.ts'
import type { PackageContents } from '../../core/match/feed-coverage.ts'
import type { Evidence } from '../../core/policy/evidence.ts'
import type { ImageFacts } from '../../core/policy/image-facts.ts'
import type { FindingCounts, Outcome, VerdictReason } from '../../core/policy/policy.ts'
import type { Tally } from '../../core/policy/tally.ts'
import type { Rules } from '../../core/policy/rules.ts'
import type { VerdictRecord } from './records.ts'
import type { AskedImage } from './store.ts'

/** How far re-evaluation has come. */
export interface Standing {
  /** Every package that was ever matched is as of this snapshot at least; 0 before the first. */
  readonly matched: number
  /** Every current verdict is right as of this snapshot, but for the images that are due; 0 before the first. */
  readonly snapshot: number
  /** Fingerprint of the policy they were judged by; empty before the first time. */
  readonly policy: string
  /** When that was confirmed, RFC 3339. */
  readonly checkedAt: string | null
  /** Number and fingerprint of the questions that packages are asked. */
  readonly asked: number
  readonly questions: string
  /** What the exceptions ask that findings were asked about. */
  readonly exceptionKeys: readonly string[]
}

/** What is wanted: everything right as of this snapshot, by these rules, at this time. */
export interface Target {
  /** 0 without any. */
  readonly snapshot: number
  readonly rules: Rules
  /** Feeds that are too old by the rules, as text: where that is another, all images are due. */
  readonly stale: string
  /** RFC 3339. */
  readonly now: string
  /** All images are due, for this cause; null: only those that the rules and the time ask for. */
  readonly all: string | null
}

/** Package keys and ids of vulnerabilities that a feed change touched, as FeedChanges has them. */
export interface Touched {
  readonly packageKeys: readonly string[]
  readonly rated: readonly string[]
}

/** An image that is to be judged again, with what decides about it. */
export interface DueImage {
  readonly digest: Digest
  readonly cause: string
  readonly distro: Distro | null
  /** Of the inventory. */
  readonly coverage: readonly CoverageEntry[]
  readonly contents: PackageContents
  readonly uncomparable: readonly { readonly package: string; readonly advisory: string; readonly reason: string }[]
  readonly facts: ImageFacts
  /** Its open findings and the packages that rules catch, or all that rules ask where the tally cannot tell. */
  readonly evidence: { readonly tally: Tally } | { readonly asked: AskedImage }
  readonly former: FormerVerdict | undefined
}

/** What an image was judged to be, and by what. */
export interface Rejudged {
  readonly verdict: VerdictRecord
  readonly evidence: Evidence
}

/** The current verdict as it is stored: `reasons` and `counts` are JSON, to be compared as text. */
export interface FormerVerdict extends Pick<VerdictRecord, 'policy' | 'cause' | 'decidedAt' | 'checkedAt' | 'until'> {
  readonly outcome: string
  readonly reasons: string
  readonly counts: string
}

/** What a verdict says. */
export interface VerdictDecision {
  readonly outcome: Outcome
  readonly policy: string
  readonly reasons: readonly VerdictReason[]
  readonly counts: FindingCounts
}

/** A verdict that is another one than before. */
export interface VerdictChange {
  readonly digest: Digest
  /** Null for the first. */
  readonly before: VerdictDecision | null
  readonly after: VerdictDecision
  /** Snapshot it was judged against; null where no feed was given. */
  readonly snapshot: number | null
  readonly cause: string
  /** RFC 3339. */
  readonly at: string
}

export interface ChangeFilter {
  /** RFC 3339; that time and later. */
  readonly since: string
  /** What it became. */
  readonly outcome?: Outcome
}

export interface ChangedVerdict extends VerdictChange {
  /** As an image's summary has them. */
  readonly references: readonly string[]
}
