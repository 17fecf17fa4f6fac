import type { Severity } from '../match/advisory.ts'

/** What rules and exceptions can ask of a package: nothing that depends on the image it is in. */
export interface AskedPackage {
  readonly name: string
  readonly version: string
  /** purl type. */
  readonly type: string
  /** Empty where none is known. */
  readonly ecosystem: string
  readonly source: { readonly name: string; readonly version: string } | null
  readonly purl: string
  readonly licenses: readonly string[]
}

/** What they can ask of a finding. */
export interface AskedFinding {
  readonly vulnerability: string
  readonly aliases: readonly string[]
  readonly advisories: readonly string[]
  readonly severity: Severity
  readonly score: number | null
  readonly fixed: string | null
  /** Since when there is a fix, as far as is known, RFC 3339; null without one. */
  readonly fixedSince: string | null
  readonly published: string | null
  readonly kev: boolean
  readonly epss: number | null
}

/** `undefined`: it could not be told, because an expression failed or versions cannot be compared. */
export interface Answer {
  readonly holds: boolean | undefined
  /** Why it could not be told. */
  readonly why?: string
  /** When time alone can change it, RFC 3339. */
  readonly until: string | null
}
