import type { Check } from '../../core/benchmark/check.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry, Distro, ImageLayer, InstalledPackage } from '../../core/inventory/package.ts'
import type { Advisory, Severity } from '../../core/match/advisory.ts'
import type { MatchResult, MatchSubject } from '../../core/match/finding.ts'
import type { Evidence } from '../../core/policy/evidence.ts'
import type { Finding, FindingCounts, Outcome, Verdict } from '../../core/policy/policy.ts'
import type { RuleDocuments, Rules } from '../../core/policy/rules.ts'
import type { Secret } from '../../core/secrets/secret.ts'
import type { Signatures } from '../../core/signature/signatures.ts'
import type { FeedState } from '../../core/report/report.ts'
import type { FeedKind } from '../../core/match/feed-facts.ts'

/** Everything that a scan learned about one platform's image, before matching and judging. */
export interface ScanRecord {
  readonly digest: Digest
  readonly mediaType: string
  /** `linux/amd64`, `linux/arm64/v8`. */
  readonly platform: string
  /** From the config, RFC 3339. */
  readonly created: string | null
  /** Compressed bytes of all layers. */
  readonly size: number
  readonly configDigest: Digest
  readonly layers: readonly ImageLayer[]
  readonly distro: Distro | null
  readonly packages: readonly InstalledPackage[]
  /** Of the inventory: layers, catalogers, distro. Feed coverage is judged later and lies with the verdict. */
  readonly coverage: readonly CoverageEntry[]
  readonly labels: Readonly<Record<string, string>>
  readonly checks: readonly Check[]
  readonly secrets: readonly Secret[]
  readonly engine: string
  readonly catalogers: Readonly<Record<string, number>>
  readonly scannedAt: string
}

/**
 * An image as stored. Packages, checks and what policies ask are asked for apart: `path` and `layer` of a package come from the
 * layer facts on demand.
 */
export type ImageRecord = Omit<ScanRecord, 'packages' | 'labels' | 'checks' | 'secrets'> & {
  readonly packageCount: number
}

/** A stored image whose layers are all in another image, below its own. */
export interface BaseImage {
  readonly digest: Digest
  /** As an image's summary has them. */
  readonly references: readonly string[]
  /** How many of the other image's layers are the base's. */
  readonly layers: number
}

export interface IndexRecord {
  readonly digest: Digest
  readonly mediaType: string
  readonly children: readonly { readonly digest: Digest; readonly platform: string }[]
}

/**
 * A package as a row: unique by everything that it consists of. `ecosystem` is empty where none is known; such a package
 * is in the lists, but never waits to be matched.
 */
export interface PackageRecord extends MatchSubject {
  readonly id: number
  readonly type: string
  readonly arch: string | null
  readonly purl: string
  readonly licenses: readonly string[]
  /** purl of the OS package whose files it consists of: its findings are suppressed in favour of that one's. */
  readonly owner: string | null
}

export interface MatchedPackage {
  readonly packageId: number
  readonly result: MatchResult
}

export interface VerdictRecord extends Verdict {
  readonly digest: Digest
  readonly counts: FindingCounts
  /** Feed coverage at the time of judging: ecosystems without data, versions that could not be compared. */
  readonly coverage: readonly CoverageEntry[]
  /** Number of the snapshot it was checked against; null where no feed was given. */
  readonly snapshot: number | null
  /** Why it is what it is now, `first scan`, `feed` …: set when the outcome or the reasons change. */
  readonly cause: string
  /** When outcome or reasons last changed, RFC 3339. */
  readonly decidedAt: string
  /** When it was last confirmed, RFC 3339. */
  readonly checkedAt: string
  /** When time alone may change it: a grace period, an exception or an age that ends. Null: never. */
  readonly until: string | null
}

/** A current or former verdict: `id` is its number in the history. */
export interface HistoryRecord extends VerdictRecord {
  readonly id: number
  /** When another one took its place, RFC 3339; null: it stands. */
  readonly supersededAt: string | null
}

/** What a verdict was made of. */
export interface Judging {
  readonly rules: Rules
  readonly evidence: Evidence
}

/** The same as it is read back. */
export interface StoredJudging {
  readonly documents: RuleDocuments
  readonly evidence: Evidence
  /** When the image was inventoried anew and found to be otherwise since then, RFC 3339. */
  readonly inventoriedAnew: string | null
}

/** Adopted state number `number` of all feeds. */
export interface Snapshot {
  readonly number: number
  readonly adoptedAt: string
  readonly feeds: readonly SnapshotFeed[]
}

export interface SnapshotFeed extends FeedState {
  readonly kind: FeedKind
  /** Records or facts in force, whatever they are about; `advisories` counts only what matching uses. */
  readonly records: number
  /** Advisories per ecosystem with release (`Debian:12`): what is absent here has no data. Withdrawn ones do not count. */
  readonly ecosystems: Readonly<Record<string, number>>
  /** Records that could not be understood, with the first few reasons. */
  readonly skipped: number
  readonly problems: readonly string[]
  /** Where it was read from. */
  readonly location: string
  /** The contents' fingerprint: a feed that still has it is not read again. */
  readonly fingerprint: string
}

/** One record of a feed as it is stored: ids repeat across folders, so (feed, path) is the key. */
export interface FeedEntry {
  /** Path inside the feed, `Debian/DEBIAN-CVE-2024-1.json`. */
  readonly path: string
  /** SHA-256 of the parser's version and the raw record, hex. */
  readonly hash: string
  readonly advisory: Advisory
}

/** Where a record of a feed lies. */
export interface AdvisoryOrigin {
  readonly feed: string
  readonly path: string
}

/** Where an image lies. */
export interface Location {
  /** Name of the declared registry, or `layout`, `archive` for local files. */
  readonly registry: string
  readonly repository: string
}

export interface TagObservation extends Location {
  readonly tag: string
  /** Of an image or an index. */
  readonly digest: Digest
  readonly observedAt: string
}

/** How far the walk through a registry has got. */
export interface SweepRecord extends SweepCounts {
  readonly registry: string
  readonly startedAt: string
  /** Null while it goes on. */
  readonly finishedAt: string | null
  /** When a walk was last finished, this one or an earlier one. */
  readonly lastFinishedAt: string | null
  /** Repositories that it is done with. */
  readonly repositories: number
}

export interface SweepCounts {
  readonly tags: number
  /** Scans that it asked for. */
  readonly enqueued: number
  /** Tags and digests that are no longer there. */
  readonly forgotten: number
}

/** A place in the order of sighting. */
export interface SeenPosition {
  readonly seen: string
  readonly digest: string
}

/** An answer to who signed an image. */
export interface LookedSignatures extends Signatures {
  /** Fingerprint of the keys that were looked for. */
  readonly keys: string
}

export interface OutdatedImage {
  readonly digest: Digest
  /** When it was last seen anywhere. */
  readonly seen: string
  /** Where to scan it again: `digest` is that of the index which has it there, else its own. */
  readonly roots: readonly (Location & { readonly digest: Digest })[]
}

export interface WriteBackRecord extends Location {
  /** The image. */
  readonly digest: Digest
  /** Our artifact's manifest; known before it is pushed, so that its own push event is recognised. */
  readonly manifest: Digest
  readonly status: 'pending' | 'done' | 'failed'
  readonly error: string | null
  readonly at: string
}

/** A page of a list. `next` is an opaque cursor, null on the last page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export interface PageRequest {
  /** 1 to 1000. */
  readonly limit: number
  /** From a former page's `next`; REQUEST_INVALID if it is not one. */
  readonly cursor?: string
}

export interface ImageFilter {
  readonly registry?: string
  readonly repository?: string
  readonly tag?: string
  readonly outcome?: Outcome
  /** Only those that some place still holds. */
  readonly live?: boolean
  /** Package name, optionally with `@version`. */
  readonly package?: string
  /** Versions of that package, `>=2.0 <2.17.1`, by its ecosystem's own order; then the name is without version. */
  readonly range?: string
  readonly vulnerability?: string
}

export interface ImageSummary {
  readonly digest: Digest
  readonly platform: string
  readonly distro: Distro | null
  readonly size: number
  readonly scannedAt: string
  readonly outcome: Outcome | null
  readonly counts: FindingCounts | null
  /** `registry/repository:tag` where known, else `registry/repository@digest`; at most ten. */
  readonly references: readonly string[]
}

export interface PackageFilter {
  readonly name?: string
  readonly ecosystem?: string
  readonly version?: string
}

export interface PackageSummary extends PackageRecord {
  /** How many stored images have it. */
  readonly images: number
  /** Vulnerabilities that affect it; none where it has an owner. */
  readonly vulnerabilities: number
}

export interface VulnerabilityFilter {
  /** At least this bad. */
  readonly severity?: Severity
  readonly fixable?: boolean
  /** Name of an affected package. */
  readonly package?: string
}

export interface VulnerabilitySummary {
  readonly vulnerability: string
  readonly severity: Severity
  readonly score: number | null
  readonly summary: string | null
  readonly published: string | null
  readonly fixable: boolean
  readonly packages: number
  readonly images: number
}

export interface AffectedImage {
  readonly image: ImageSummary
  readonly findings: readonly Finding[]
}
