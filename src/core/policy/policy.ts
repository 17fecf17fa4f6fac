import type { CheckLevel } from '../benchmark/check.ts'
import type { Severity } from '../match/advisory.ts'
import type { Match } from '../match/finding.ts'

export type Outcome = 'pass' | 'warn' | 'fail' | 'inconclusive'

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
  /** What it makes of the verdict, if nothing worse does. Verdicts that were stored before this was kept lack it. */
  readonly outcome?: Outcome
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

export type Action = 'fail' | 'warn' | 'ignore'

/** What a rule makes of what nobody can tell. */
export type UnknownAction = Action | 'inconclusive'

/**
 * Some images: those for which every field that is given fits. Lists hold patterns, of which one has to fit: `*` stands for
 * anything but `/`, `**` for anything. registry, repository and tag have to fit one and the same place.
 */
export interface Scope {
  /** Names of declared registries. */
  readonly registries?: readonly string[]
  readonly repositories?: readonly string[]
  readonly tags?: readonly string[]
  /** Label by value pattern; the image has them all. */
  readonly labels?: Readonly<Record<string, string>>
  /** `linux/amd64`. */
  readonly platforms?: readonly string[]
  /** References (`hub/base/debian:12`) or digests of the base. */
  readonly bases?: readonly string[]
  /** Of the images themselves. */
  readonly digests?: readonly string[]
}

/** What can be asked of a finding. All that is given has to hold; a list is met by one of its patterns. */
export interface FindingConditions {
  /** At least this bad. What nobody has rated counts as medium. */
  readonly severity?: Severity
  /** CVSS base score, at least; a finding without one does not meet it. */
  readonly score?: number
  /** Whether the vulnerability is known to be exploited. */
  readonly kev?: boolean
  /** Probability of exploitation in the next 30 days, at least; a finding without one does not meet it. */
  readonly epss?: number
  readonly fixable?: boolean
  /** The fix has existed at least so long, in days; without a fix it is not met. */
  readonly fixDays?: number
  /** Who says so: `GHSA`, `DSA`, `DEBIAN-CVE`, the beginning of one of the advisories' ids. */
  readonly sources?: readonly string[]
  /** `Debian`, `Debian:12`, `npm`. */
  readonly ecosystems?: readonly string[]
  /** Patterns of ids, aliases too. */
  readonly vulnerabilities?: readonly string[]
  /** Patterns of names, or of purls where they begin with `pkg:`. */
  readonly packages?: readonly string[]
  /** CEL over `finding` and `pkg`. */
  readonly expression?: string
}

export interface VulnerabilityRule extends FindingConditions {
  readonly name: string
  readonly action: Action
  /** Days from the day the fix existed in which the rule acts as `during` says. */
  readonly grace?: { readonly days: number; readonly during: 'warn' | 'ignore' }
}

/** A rule over packages. Of `deny`, `allow`, `licenses`, `minimum` and `expression` one is given. */
export interface PackageRule {
  readonly name: string
  readonly action: Action
  /** Patterns of names, or of purls where they begin with `pkg:`: these are caught. */
  readonly deny?: readonly string[]
  /** All others are caught. */
  readonly allow?: readonly string[]
  /** SPDX ids as patterns. `deny`: caught where no choice is left without one of them; `allow`: where one of others is needed. */
  readonly licenses?: {
    readonly deny?: readonly string[]
    readonly allow?: readonly string[]
    readonly unknown: Action
  }
  /** Name or purl without version, and the least version: older ones are caught. */
  readonly minimum?: Readonly<Record<string, string>>
  /** CEL over `pkg`. */
  readonly expression?: string
  /** `npm`, `Debian`; absent: of every ecosystem. */
  readonly ecosystems?: readonly string[]
}

/** A rule over benchmark checks that fail. */
export interface CheckRule {
  readonly name: string
  readonly action: Action
  /** Patterns of ids; absent: any. */
  readonly ids?: readonly string[]
  /** At least this level. */
  readonly level?: CheckLevel
  /** `own`: only what the layers above the base brought. */
  readonly layers: 'own' | 'all'
  /** Of those that are undecidable. */
  readonly undecidable: UnknownAction
}

export interface SecretRule {
  readonly name: string
  readonly action: Action
  /** Patterns of the ids of the rules that find secrets; absent: any. */
  readonly rules?: readonly string[]
  readonly layers: 'own' | 'all'
}

/** A rule over what an image is built on. */
export interface BaseRule {
  readonly name: string
  readonly action: Action
  /** The golden list: patterns of references, or digests; absent: any. An image that is on the list itself is its own base. */
  readonly allow?: readonly string[]
  /** Days since the base was built. */
  readonly maxDays?: number
  /** Where no stored image is the base. */
  readonly unknown: UnknownAction
}

/** A rule over the image as a whole. */
export interface ImageRule {
  readonly name: string
  readonly action: Action
  /** Days since it was built; one that does not say when is caught. */
  readonly maxDays?: number
  /** CEL over `image`; caught where it is true. */
  readonly expression?: string
}

export interface ProvenanceRule {
  readonly name: string
  readonly action: Action
  /** Names of configured keys: the image is caught unless one of them signed it. */
  readonly signedBy: readonly string[]
}

export interface StalenessRule {
  /** Hours since a feed that was used was last fetched. */
  readonly maxHours: number
  readonly action: UnknownAction
}

/**
 * A policy as its YAML document says, after checking. Of each kind the rules are tried in order, and the first that fits
 * decides; of several policies that hold for an image, those of higher priority come first, then by name.
 */
export interface Policy {
  readonly name: string
  readonly description: string | null
  readonly priority: number
  /** It holds for an image that is in one of them; empty: for all. */
  readonly scopes: readonly Scope[]
  readonly vulnerabilities: readonly VulnerabilityRule[]
  readonly packages: readonly PackageRule[]
  readonly checks: readonly CheckRule[]
  readonly secrets: readonly SecretRule[]
  readonly base: readonly BaseRule[]
  readonly image: readonly ImageRule[]
  readonly provenance: readonly ProvenanceRule[]
  /** What coverage gaps do when nothing else fails. Null: the next policy says so, in the end `inconclusive`. */
  readonly onIncomplete: UnknownAction | null
  /** Null: the next policy says so, in the end nothing. */
  readonly staleness: StalenessRule | null
}

/** What a document leaves out. */
export const emptyPolicy: Omit<Policy, 'name'> = {
  description: null,
  priority: 0,
  scopes: [],
  vulnerabilities: [],
  packages: [],
  checks: [],
  secrets: [],
  base: [],
  image: [],
  provenance: [],
  onIncomplete: null,
  staleness: null,
}
