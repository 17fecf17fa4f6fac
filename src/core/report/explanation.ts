import type { Digest } from '../image/digest.ts'
import type { AdvisoryExplanation } from '../match/explain.ts'
import type { MatchRating } from '../match/finding.ts'
import type { Finding } from '../policy/policy.ts'

/** Why an image has, or does not have, a vulnerability: one entry for each package that a record of it names. */
export interface Explanation {
  readonly schema: 'tallyman.explanation/v1'
  readonly image: Digest
  readonly platform: string
  /** As it was asked for: any of its ids. */
  readonly vulnerability: string
  /** Against which it was matched; `none` where no feed was read. */
  readonly snapshot: string
  readonly packages: readonly PackageExplanation[]
}

export interface PackageExplanation {
  /** purl. */
  readonly package: string
  readonly ecosystem: string
  readonly state: 'open' | 'suppressed' | 'not-affected' | 'unknown'
  readonly finding: Finding | null
  /** The rating that the finding's severity was taken from; null where nobody has rated it. */
  readonly severityFrom: MatchRating | null
  readonly advisories: readonly LocatedAdvisory[]
}

export interface LocatedAdvisory extends AdvisoryExplanation {
  /** Where records of this id lie in the feeds; several where an id repeats. */
  readonly origins: readonly { readonly feed: string; readonly path: string }[]
}
