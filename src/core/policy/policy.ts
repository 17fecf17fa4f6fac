import type { Severity } from '../match/advisory.ts'
import type { CoverageEntry } from '../inventory/package.ts'
import type { Match } from '../match/finding.ts'

export type Outcome = 'pass' | 'warn' | 'fail' | 'inconclusive'

/** What is judged: one image's findings and coverage, as data. */
export interface Evidence {
  readonly findings: readonly Finding[]
  readonly coverage: readonly CoverageEntry[]
}

/** A match in an image. `suppressed` findings are shown, with their reason, and decide nothing. */
export interface Finding extends Match {
  /** purl of the package. */
  readonly package: string
  /** RFC 3339. */
  readonly firstSeen: string
  readonly state: 'open' | 'suppressed'
  readonly suppressed: Suppression | null
}

export interface Suppression {
  readonly by: 'owner' | 'indirect' | 'vex' | 'exception' | 'withdrawn'
  readonly reason: string
  readonly until: string | null
}

export interface Verdict {
  readonly outcome: Outcome
  /** Name of the policy that decided. */
  readonly policy: string
  readonly reasons: readonly VerdictReason[]
}

export interface VerdictReason {
  readonly rule: string
  readonly message: string
  /** How many findings (or coverage entries) the rule caught. */
  readonly findings: number
}

/** Open findings by severity, and how many have a fix: what annotations and lists show. */
export interface FindingCounts {
  readonly critical: number
  readonly high: number
  readonly medium: number
  readonly low: number
  readonly unknown: number
  readonly fixable: number
}

/** A rule over findings: those at or above `severity` (and with a fix, if `fixable`) have `action`. */
export interface VulnerabilityRule {
  readonly name: string
  readonly severity: Severity
  readonly fixable: boolean
  readonly action: 'fail' | 'warn' | 'ignore'
}

/** A policy as its YAML document says, after checking. Rules are tried in order; the first that fits a finding decides about it. */
export interface Policy {
  readonly name: string
  readonly vulnerabilities: readonly VulnerabilityRule[]
  /** What coverage gaps do when nothing else fails. */
  readonly onIncomplete: 'inconclusive' | 'warn' | 'ignore'
}
