/**
 * How one family of versions is ordered. A value: one file, one exported const, one line in version-schemes.ts, held to a
 * table of tricky pairs. Never throws.
 */
export interface VersionScheme {
  readonly name: string
  /** Negative, zero or positive as `a` is before, equal to or after `b`; undefined where either cannot be parsed. A total order on what parses. */
  compare(a: string, b: string): number | undefined
}
