import type { Digest } from '../image/digest.ts'
import type { CoverageEntry } from '../inventory/package.ts'
import type { CheckLevel, CheckStatus } from '../benchmark/check.ts'
import type { Decision } from '../policy/decisions.ts'
import type { Finding, Outcome, Suppression, Verdict } from '../policy/policy.ts'
import type { Secret } from '../secrets/secret.ts'

/** The JSON report, version 1: a contract. Fields are added, never changed. */
export interface Report {
  readonly schema: 'tallyman.report/v1'
  readonly image: ReportImage
  readonly packages: readonly ReportPackage[]
  readonly findings: readonly ReportFinding[]
  readonly checks: readonly ReportCheck[]
  readonly secrets: readonly ReportSecret[]
  readonly coverage: readonly CoverageEntry[]
  readonly verdict: Verdict
  readonly checkedAgainst: CheckedAgainst
  readonly scannedAt: string
}

export interface IndexReport {
  readonly schema: 'tallyman.index-report/v1'
  readonly digest: Digest
  readonly reference: string
  readonly verdict: { readonly outcome: Outcome; readonly policy: string }
  readonly images: readonly Report[]
}

export interface ReportImage {
  readonly reference: string
  readonly digest: Digest
  readonly platform: string
  readonly mediaType: string
  readonly created: string | null
  /** Compressed bytes of all layers. */
  readonly size: number
  readonly distro: { readonly id: string; readonly version: string; readonly ecosystem: string | null } | null
  /** The stored image with the most layers that this one is built on. */
  readonly base: { readonly digest: Digest; readonly references: readonly string[]; readonly layers: number } | null
  /** Names of the configured keys that signed it; null where nobody looked for signatures. */
  readonly signatures: readonly string[] | null
  readonly layers: readonly {
    readonly diffId: string | null
    readonly digest: Digest
    readonly size: number
    readonly createdBy: string | null
  }[]
}

export interface ReportPackage {
  readonly purl: string
  readonly name: string
  readonly version: string
  readonly ecosystem: string | null
  readonly source: { readonly name: string; readonly version: string } | null
  readonly arch: string | null
  readonly cataloger: string
  readonly path: string
  readonly layer: number
  /** Whether that layer is one of the base's. */
  readonly fromBase: boolean
  readonly ownedBy: string | null
  readonly licenses: readonly string[]
}

export interface ReportFinding extends Finding {
  /** The uppermost layer that brought its package; null where that is not known. */
  readonly layer: number | null
  /** Whether all of it is in the base: a newer base may rid the image of it. */
  readonly fromBase: boolean
  readonly kev: boolean
  readonly epss: number | null
  /** The policy rule that decides about it, open as it is; null where none does. */
  readonly decision: Decision | null
}

export interface ReportCheck {
  readonly id: string
  readonly title: string
  readonly level: CheckLevel
  readonly status: CheckStatus
  readonly evidence: readonly string[]
  /** The uppermost layer with evidence; null for what the config says. */
  readonly layer: number | null
  /** Whether all of the evidence is in the base. */
  readonly fromBase: boolean
  /** The exception that takes it out of the verdict. */
  readonly suppressed: Suppression | null
  /** The policy rule that decides about it, where it fails or cannot be decided. */
  readonly decision: Decision | null
}

export interface ReportSecret extends Secret {
  readonly fromBase: boolean
  readonly suppressed: Suppression | null
  readonly decision: Decision | null
}

export interface CheckedAgainst {
  /** Number of the adopted state of all feeds, as text; `none` where no feed was given. */
  readonly snapshot: string
  readonly feeds: readonly FeedState[]
  /** tallyman's version. */
  readonly engine: string
  readonly catalogers: Readonly<Record<string, number>>
}

export interface FeedState {
  readonly name: string
  /** When the feed's content was last fetched or read, RFC 3339. */
  readonly fetched: string
  readonly advisories: number
}
