/** https://ossf.github.io/osv-schema/, the part that matching needs. Everything here has passed the parser. */
export interface Advisory {
  readonly id: string
  readonly aliases: readonly string[]
  /** Records this one derives from: a distro advisory's CVEs. */
  readonly upstream: readonly string[]
  readonly related: readonly string[]
  readonly modified: string
  readonly published: string | null
  /** Set: the record must match nothing and its findings close. */
  readonly withdrawn: string | null
  readonly summary: string | null
  readonly ratings: readonly Rating[]
  readonly affected: readonly Affected[]
  readonly references: readonly string[]
}

/** One opinion on how bad it is. `score` 0 to 10 from the vector, null where only a word is known. */
export interface Rating {
  readonly source: string
  readonly severity: Severity
  readonly score: number | null
  readonly vector: string | null
}

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'

export interface Affected {
  /** With release suffix: `Debian:12`, `npm`. */
  readonly ecosystem: string
  readonly name: string
  readonly versions: readonly string[]
  readonly ranges: readonly Range[]
  /** Replaces the advisory's ratings for this package, where given. */
  readonly ratings: readonly Rating[]
}

export interface Range {
  readonly type: 'SEMVER' | 'ECOSYSTEM'
  readonly events: readonly RangeEvent[]
}

export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string }
  | { readonly limit: string }
