import type { Rating, Severity } from './advisory.ts'

/** What is matched: everything that decides whether an advisory affects a package, and nothing else. Unique per store. */
export interface MatchSubject {
  /** OSV ecosystem with release, `Debian:12`, `npm`. */
  readonly ecosystem: string
  readonly name: string
  readonly version: string
  readonly source: { readonly name: string; readonly version: string } | null
}

/**
 * A vulnerability that affects a package: a fact about the pair, shared by all images that have the package. One per
 * vulnerability: advisories that are aliases of each other are merged, `advisories` keeps every one.
 */
export interface Match {
  /** The id people know: the CVE where there is one, else the advisory's own. */
  readonly vulnerability: string
  /** The advisory that decided (distro before upstream). */
  readonly advisory: string
  readonly aliases: readonly string[]
  readonly advisories: readonly string[]
  /** Lowest version after the installed one that is fixed, or null. */
  readonly fixed: string | null
  readonly severity: Severity
  readonly score: number | null
  readonly vector: string | null
  /** Every opinion there is, the one that decided first. */
  readonly ratings: readonly MatchRating[]
  readonly published: string | null
  readonly summary: string | null
}

export interface MatchRating extends Rating {
  /** The record that holds it. */
  readonly advisory: string
}

/** What matching a subject gave: matches, and the advisories whose versions could not be compared (a coverage matter). */
export interface MatchResult {
  readonly matches: readonly Match[]
  readonly uncomparable: readonly { readonly advisory: string; readonly reason: string }[]
}
