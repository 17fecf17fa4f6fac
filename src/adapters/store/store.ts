import type { Digest } from '../../core/image/digest.ts'
import type { Distro } from '../../core/inventory/package.ts'
import type { LayerFacts } from '../../core/layer/facts.ts'
import type { Advisory } from '../../core/match/advisory.ts'
import type { FactKind, FactValues, FeedFact } from '../../core/match/feed-facts.ts'
import type { Severity } from '../../core/match/advisory.ts'
import type { Notice } from '../../core/notice/notice.ts'
import type { AskedFinding, AskedPackage } from '../../core/policy/asked.ts'
import type { ImageFacts } from '../../core/policy/image-facts.ts'
import type { Finding } from '../../core/policy/policy.ts'
import type { RuleDocuments, Rules } from '../../core/policy/rules.ts'
import type { Tally } from '../../core/policy/tally.ts'
import type { Check } from '../../core/benchmark/check.ts'
import type { Secret } from '../../core/secrets/secret.ts'
import type { FeedCandidate, FeedChanges, FeedDifference, FeedHealth } from './feed-records.ts'
import type { BaseFilter, BaseSummary, Foreseen, RebuiltImage } from './rebuild-records.ts'
import type { ChangedImage, NoticeAttempt, NoticeDelivery, NoticeFilter } from './notice-records.ts'
import type {
  AdvisoryOrigin,
  AffectedImage,
  BaseImage,
  FeedEntry,
  HistoryRecord,
  ImageFilter,
  ImageRecord,
  ImageSummary,
  IndexRecord,
  Judging,
  Location,
  LookedSignatures,
  MatchedPackage,
  PackageFilter,
  PackageRecord,
  OutdatedImage,
  PackageSummary,
  Page,
  PageRequest,
  ScanRecord,
  SeenPosition,
  Snapshot,
  SnapshotFeed,
  StoredJudging,
  SweepCounts,
  SweepRecord,
  TagObservation,
  VerdictRecord,
  VulnerabilityFilter,
  VulnerabilitySummary,
  WriteBackRecord,
} from './records.ts'
import type { Exception } from '../../core/policy/exception.ts'
import type { Approval, ExceptionFilter, StoredRules, StoredException, StoredPolicy, Version } from './rule-records.ts'
import type {
  ChangedVerdict,
  ChangeFilter,
  DueImage,
  Rejudged,
  Standing,
  Target,
  Touched,
} from './reevaluation-records.ts'

/** The database: one schema and one set of queries on SQLite and PostgreSQL. Every write is idempotent. */
export interface Store {
  readonly layers: LayerTables
  readonly images: ImageTables
  readonly packages: PackageTables
  readonly feeds: FeedTables
  readonly verdicts: VerdictTables
  readonly reevaluation: ReevaluationTables
  readonly whatIf: WhatIfTables
  readonly sightings: SightingTables
  readonly writeBacks: WriteBackTables
  readonly notices: NoticeTables
  readonly sweeps: SweepTables
  readonly policies: PolicyTables
  readonly rebuilds: RebuildTables
  /** Brings the schema up to date; safe when two processes start at once. Returns the names of the migrations it ran. */
  migrate(): Promise<readonly string[]>
  /** STORE_UNAVAILABLE unless the database answers. */
  ping(): Promise<void>
  /**
   * Runs `work` while no other process runs one under the same name; undefined, without running, if another does. The
   * lock lapses `seconds` after its last renewal, so a killed holder does not block for ever.
   */
  exclusively<T>(name: string, seconds: number, work: () => Promise<T>): Promise<T | undefined>
  close(): Promise<void>
}

/** Layer facts, keyed by verified blob digest and the catalogers' versions (`catalogersKey`), compressed. */
export interface LayerTables {
  get(blobs: readonly Digest[], catalogersKey: string): Promise<Map<Digest, LayerFacts>>
  save(facts: LayerFacts, catalogersKey: string): Promise<void>
}

export interface ImageTables {
  /** Image, layer chain, packages and package sets in one transaction. */
  save(scan: ScanRecord): Promise<void>
  saveIndex(index: IndexRecord): Promise<void>
  get(digest: Digest): Promise<ImageRecord | undefined>
  index(digest: Digest): Promise<IndexRecord | undefined>
  /** Whether an index that lies at this place names the image as a child. */
  isChild(digest: Digest, at: Location): Promise<boolean>
  /** The indexes that name one of these images. */
  indexesOf(images: readonly Digest[]): Promise<readonly Digest[]>
  /** Remembers that a manifest is no image, and what it is: a final answer, so that nobody waits for its verdict. */
  saveArtifact(digest: Digest, description: string): Promise<void>
  artifact(digest: Digest): Promise<string | undefined>
  packages(digest: Digest): Promise<readonly PackageRecord[]>
  /** One per package and vulnerability, worst first. */
  findings(digest: Digest): Promise<readonly Finding[]>
  /** As summaries have them, by digest. */
  references(digests: readonly Digest[]): Promise<ReadonlyMap<string, readonly string[]>>
  /** Its checks and secrets with all their evidence. */
  checks(digest: Digest): Promise<{ readonly checks: readonly Check[]; readonly secrets: readonly Secret[] }>
  /** What policies ask of the image, apart from its packages. `at`: with the places where it lay at that time. */
  facts(digest: Digest, at?: string): Promise<ImageFacts | undefined>
  /** What they ask of its findings (those that count, each vulnerability of a purl once) and of its packages. */
  asked(digest: Digest): Promise<AskedImage>
  /**
   * What was found where its signatures were looked for, added to what was found elsewhere with the same keys; null where nobody
   * looks any more. True where that is another answer than before; false too for an image that is not stored.
   */
  saveSignatures(digest: Digest, looked: LookedSignatures | null): Promise<boolean>
  /**
   * The stored image with the most layers whose whole layer list this one begins with; of several with the same list one
   * with a tag before others, then the one that was stored first. Whichever of the two images was scanned first.
   */
  base(digest: Digest): Promise<BaseImage | undefined>
  /** The stored images that begin with this one's layers and have more, newest first. */
  derived(digest: Digest, page: PageRequest): Promise<Page<ImageSummary>>
  list(filter: ImageFilter, page: PageRequest): Promise<Page<ImageSummary>>
  /**
   * Images that lie somewhere and were read by other catalogers than these, or looked at for signatures by other keys (null:
   * none), most recently seen first, after `after`.
   */
  outdated(
    current: { readonly catalogers: Readonly<Record<string, number>>; readonly keys: string | null },
    after: SeenPosition | null,
    limit: number,
  ): Promise<readonly OutdatedImage[]>
  /** Digests of all stored images in digest order after `after`, for bulk work. */
  digests(after: Digest | null, limit: number): Promise<readonly Digest[]>
}

export interface AskedImage {
  readonly findings: readonly { readonly finding: AskedFinding; readonly subject: AskedPackage }[]
  readonly packages: readonly AskedPackage[]
}

export interface PackageTables {
  /** Packages of an image (or of all images) that were not yet matched against snapshot `snapshot`, in id order after `after`. */
  unmatched(
    of: { image: Digest } | 'all',
    snapshot: number,
    after: number,
    limit: number,
  ): Promise<readonly PackageRecord[]>
  /**
   * Replaces the packages' matches and marks them as matched against `snapshot`; keeps `first_seen` of those that stay. One
   * transaction. Packages that were matched against a newer snapshot meanwhile are left as they are. What the rules ask of them is
   * asked at once.
   */
  saveMatches(snapshot: number, matched: readonly MatchedPackage[], now: string, rules: Rules): Promise<void>
  /** Advisories that could not be compared with packages of this image that no other package owns. */
  uncomparable(
    image: Digest,
  ): Promise<readonly { readonly package: string; readonly advisory: string; readonly reason: string }[]>
  list(filter: PackageFilter, page: PageRequest): Promise<Page<PackageSummary>>
  vulnerabilities(filter: VulnerabilityFilter, page: PageRequest): Promise<Page<VulnerabilitySummary>>
  /** By any of its ids (CVE, advisory, alias). */
  vulnerability(id: string): Promise<VulnerabilitySummary | undefined>
  imagesWith(vulnerability: string, page: PageRequest): Promise<Page<AffectedImage>>
}

/**
 * Advisories carry the number of the snapshot that brought and the one that ended them, so a new state is written in small
 * transactions beside the one in force, and adopted by one row.
 */
export interface FeedTables {
  /** The adopted snapshot, undefined before the first. */
  current(): Promise<Snapshot | undefined>
  snapshots(page: PageRequest): Promise<Page<Snapshot>>
  /** The one of that number, or that was in force at that time (RFC 3339), and when the next one took its place. */
  snapshotAt(at: number | string): Promise<{ snapshot: Snapshot; until: string | null } | undefined>
  /** The oldest one of which every advisory and fact is still there; undefined before the first. */
  oldestKept(): Promise<Snapshot | undefined>
  /** Hash by path of the entries of a feed in force: what has the same hash needs no parsing. */
  hashes(feed: string): Promise<Map<string, string>>
  /**
   * Begins snapshot n+1, clearing what an unfinished one left behind. Call under `exclusively('feeds', …)`. An import that
   * began earlier and still runs, its lock having lapsed, writes nothing any more: STORE_UNAVAILABLE.
   */
  begin(): Promise<FeedTransaction>
  /** The feed was read again and holds what is in force: replaces its state in the current snapshot, which keeps its number. */
  confirm(feed: SnapshotFeed): Promise<void>
  /**
   * Advisories in force that name a package, by `packageKey(ecosystem, name)` (core/match/advisory-key.ts). `at` is the number
   * of another snapshot than the current one, also of one that is not adopted yet.
   */
  naming(keys: readonly string[], at?: number): Promise<Map<string, readonly Advisory[]>>
  /** By advisory id, in force; several where several feeds or folders have it. */
  advisory(id: string): Promise<readonly Advisory[]>
  /** Advisories in force (or at snapshot `at`) that rate one of these vulnerabilities, by the id (CVE, advisory, alias) that was asked for. */
  rating(ids: readonly string[], at?: number): Promise<Map<string, readonly Advisory[]>>
  /** Where the records with these advisory ids lie, in force. */
  origins(ids: readonly string[]): Promise<Map<string, readonly AdvisoryOrigin[]>>
  /** Facts in force (or at snapshot `at`) by their keys: CVE ids, for `eol` products and releases (core/match/feed-facts.ts). */
  facts<K extends FactKind>(kind: K, keys: readonly string[], at?: number): Promise<Map<string, FactValues[K]>>
  /** Value by key of the facts of a feed in force. */
  factsOf(feed: string): Promise<Map<string, string>>
  /** What is another at snapshot `to` than at `from`, in order of feed and path. */
  diff(from: number, to: number, feed: string | null, page: PageRequest): Promise<Page<FeedDifference>>
  /** What the snapshots after `from`, up to `to`, touched; undefined where that is no longer known, and all has to be matched. */
  changes(from: number, to: number): Promise<FeedChanges | undefined>
  /** The states that were held back, by feed. */
  candidates(): Promise<readonly FeedCandidate[]>
  /** Keeps what was held back in place of the feed's former candidate. */
  hold(candidate: FeedCandidate): Promise<void>
  /** The feed's candidate is adopted, or no longer what its source has. */
  release(feed: string): Promise<void>
  /** Lets the next refresh adopt the feed's candidate as it is; NOT_FOUND if none is held back. */
  approve(feed: string): Promise<FeedCandidate>
  health(): Promise<readonly FeedHealth[]>
  /** Notes how an attempt to read the feed went. */
  saveHealth(health: Omit<FeedHealth, 'failingSince'>): Promise<void>
}

export interface FeedTransaction {
  readonly number: number
  /** Adds or replaces entries (a few hundred a call). */
  put(feed: string, entries: readonly FeedEntry[]): Promise<void>
  remove(feed: string, paths: readonly string[]): Promise<void>
  putFacts(feed: string, kind: FactKind, facts: readonly FeedFact[]): Promise<void>
  removeFacts(feed: string, keys: readonly string[]): Promise<void>
  /** Number of facts as they will be once adopted. */
  countFacts(feed: string): Promise<number>
  /** Package keys of the advisories that it adds, changes (but for text) or removes; see FeedChanges. */
  touched(): Promise<readonly string[]>
  /** Gives it up: what was put is cleared. */
  discard(): Promise<void>
  /** Number of advisories by ecosystem as they will be once adopted. */
  count(feed: string): Promise<{ readonly advisories: number; readonly ecosystems: Readonly<Record<string, number>> }>
  /** Puts it in force. `feeds` replaces the states of the feeds it names, the others keep theirs. */
  adopt(feeds: readonly SnapshotFeed[], now: string): Promise<Snapshot>
}

export interface VerdictTables {
  current(digest: Digest): Promise<VerdictRecord | undefined>
  /**
   * Replaces the current verdict; when outcome, policy or reasons differ the former one stays in the history. One against an
   * older snapshot than the current one's comes late and changes nothing. A verdict by other rules or another snapshot than
   * re-evaluation works with makes its image due. What it was made of is kept with it. NOT_FOUND if the image is not stored.
   */
  save(verdict: VerdictRecord, by?: Judging): Promise<void>
  /** Why the image is to be judged again, if it is: the worst of what changed since, as re-evaluation would tell it. */
  dueCause(digest: Digest): Promise<string | undefined>
  /** Newest first, beginning with the current one. */
  history(digest: Digest, page: PageRequest): Promise<Page<HistoryRecord>>
  /** The one that stood at a time (RFC 3339). Its counts and coverage are as of its `checkedAt`, which may be later. */
  at(digest: Digest, time: string): Promise<HistoryRecord | undefined>
  /**
   * One of the history by its number, with what it was made of (null where that is from before it was kept): judged by that at
   * its `checkedAt`, it is what it is.
   */
  made(digest: Digest, id: number): Promise<{ verdict: HistoryRecord; by: StoredJudging | null } | undefined>
  /** Of all images, newest first: what each verdict became, what it was before, and why. */
  changes(filter: ChangeFilter, page: PageRequest): Promise<Page<ChangedVerdict>>
}

/**
 * The way from a feed change to the verdicts, in steps that each commit by themselves and can be repeated: packages are
 * matched, packages that are due change the tallies of their sets, images that are due are judged, and what changed waits in an
 * outbox until it was announced. Whoever comes after a crash goes on with what is due.
 */
export interface ReevaluationTables {
  standing(): Promise<Standing>
  /** Sets out for the target, and returns where things stood. From now on late verdicts make their images due. */
  begin(target: Target): Promise<Standing>
  /** Packages that a feed change touches and that were last matched before `snapshot`, in parts of some thousand. */
  touched(touched: Touched, snapshot: number): AsyncIterable<readonly PackageRecord[]>
  /**
   * Every package that was ever matched counts as matched against `snapshot` from now on. False, and nothing done, while some
   * `touched` one (or, where that is null, any) is not. What feeds say of exploitation is asked again where the rules ask it.
   */
  matched(snapshot: number, touched: Touched | null, rules: Rules): Promise<boolean>
  /**
   * Asks up to `limit` packages anew what these rules ask: those that were asked by others, or whose answers time or data on
   * exploitation have changed. Returns how many there were.
   */
  ask(rules: Rules, now: string, limit: number): Promise<number>
  /** Brings up to `limit` due packages into the tallies of their sets; their images are due. Returns how many there were. */
  carry(limit: number): Promise<number>
  /**
   * Judges up to `limit` due images in one transaction; `judge` gives undefined where nothing is another than before, `later`
   * where the image has to stay due.
   */
  judgeDue(
    limit: number,
    rules: Rules,
    judge: (image: DueImage) => Rejudged | undefined | 'later',
  ): Promise<{ readonly images: number; readonly changed: number; readonly later: number }>
  /** The images of the oldest changes that were not yet announced, with the numbers of these changes. */
  outbox(limit: number): Promise<readonly { readonly id: number; readonly digest: Digest }[]>
  announced(ids: readonly number[]): Promise<void>
  /**
   * Whether anything waits to be judged again: a period of a rule, an exception or an age has ended, or an image lies elsewhere or
   * on another base than when it was judged.
   */
  isDue(now: string): Promise<boolean>
  /** All verdicts are right as of the target. False, and nothing done, while something is due or the target is another. */
  finish(target: Pick<Target, 'snapshot' | 'rules' | 'stale'>, at: string): Promise<boolean>
  /** The rules that stored images were judged by at a time, if that is known. */
  rulesAt(time: string): Promise<RuleDocuments | undefined>
  /** Ecosystems of stored packages, and distributions of stored images. */
  ecosystems(): Promise<readonly string[]>
  distros(): Promise<readonly Distro[]>
}

/** Reads the fleet as it stands, to judge it by other rules or feeds than those in force. Writes nothing. */
export interface WhatIfTables {
  /** What rules ask of packages, in parts; findings that count. `withoutFindings`: also those that nothing affects. */
  packages(of: {
    readonly withoutFindings: boolean
    readonly exploitation: boolean
  }): AsyncIterable<readonly AskedMatches[]>
  /** The tallies of all sets if their packages had these, and all others none. Equal classes have to be one object. */
  setTallies(packages: ReadonlyMap<number, Tally>): Promise<ReadonlyMap<number, Tally>>
  /** What `images.asked` and `images.findings` would answer, had the image's packages these matches, found at that snapshot and time. */
  found(
    digest: Digest,
    matched: readonly MatchedPackage[],
    at: { readonly snapshot: number; readonly time: string },
  ): Promise<{ readonly asked: AskedImage; readonly findings: readonly Finding[] }>
  /** Of the sets that hold one of these packages: what these add up to in them. */
  setChanges(packages: ReadonlyMap<number, Tally>): Promise<ReadonlyMap<number, Tally>>
  /** Since when stored findings have a fix, by package and vulnerability. */
  fixes(packages: readonly number[]): Promise<ReadonlyMap<number, ReadonlyMap<string, string | null>>>
  /** All images (or those with one of the sets `within`) in the order of their ids after `after`, as they are judged. */
  images(after: number, limit: number, rules: Rules, within?: ReadonlySet<number>): Promise<readonly StandingImage[]>
}

interface AskedMatches {
  readonly id: number
  readonly subject: AskedPackage
  readonly findings: readonly AskedFinding[]
}

/** An image of the fleet with the package sets it has. */
export interface StandingImage extends Omit<DueImage, 'cause'> {
  readonly id: number
  readonly sets: readonly number[]
}

export interface SightingTables {
  /**
   * Records that the location has the digest, and (with a tag) that the tag points to it now. What was seen before the last
   * observation of the tag comes late and does not move it.
   */
  observe(location: Location, digest: Digest, tag: string | null, at: string): Promise<void>
  /** What the tag pointed to when last seen. */
  resolve(location: Location, tag: string): Promise<TagObservation | undefined>
  /** What it pointed to at a time. */
  resolveAt(location: Location, tag: string, time: string): Promise<TagObservation | undefined>
  /** Everywhere an image or index lies, with its current tags. */
  locations(digest: Digest): Promise<readonly (Location & { readonly tags: readonly string[] })[]>
  /** Repositories of a registry that hold something, as far as is known. */
  repositories(registry: string): Promise<readonly string[]>
  /** The current tags of a repository. */
  tags(location: Location): Promise<readonly { readonly tag: string; readonly digest: Digest }[]>
  /** What lies in a repository without a tag of its own, and in no index that lies there. */
  untagged(location: Location): Promise<readonly Digest[]>
  /** The registry deleted it: a digest, a tag, or the whole repository. History stays. */
  forget(location: Location, what: { digest?: string; tag?: string }): Promise<void>
}

export interface WriteBackTables {
  /** The last attempt at each place where the image or index lies. */
  of(digest: Digest): Promise<readonly WriteBackRecord[]>
  save(record: WriteBackRecord): Promise<void>
  /** Whether the manifest is one of ours: its push event is dropped. */
  isOurs(manifest: string): Promise<boolean>
}

/**
 * What people are told. An image's verdict is held against what was told of it last, so that a change is told once, whenever
 * and by whomever it was made, and also where the process that made it was killed.
 */
export interface NoticeTables {
  /**
   * Notes the images (of these, or of all) whose verdict is another than was told, and with `newFindings` those that have new
   * findings at least so bad, as changes of this run; they count as told from then on. At most `limit`, in one transaction;
   * returns how many, 0 when there are no more. The very first time nothing is a change.
   */
  collect(
    run: string,
    of: readonly Digest[] | 'all',
    newFindings: { severity: Severity } | null,
    limit: number,
  ): Promise<number>
  /** Runs whose changes are not in the outbox yet. */
  runs(): Promise<readonly string[]>
  /** In their order after `after` (0 for the first). */
  changes(run: string, after: number, limit: number): Promise<readonly ChangedImage[]>
  /** Puts notices into the outbox, once each by their ids; the run's changes are done with then, `state` is kept. */
  put(
    notices: readonly Notice[],
    also: { readonly run?: string; readonly state?: Readonly<Record<string, string>>; readonly at: string },
  ): Promise<void>
  /** As `put` kept it. */
  state(name: string): Promise<string | undefined>
  get(id: string): Promise<NoticeDelivery | undefined>
  /** Those that have to be delivered still, in order of their next try. */
  pending(): Promise<readonly { readonly id: string; readonly nextTryAt: string }[]>
  /** Notes how an attempt to deliver a pending notice went. */
  attempted(id: string, attempt: NoticeAttempt): Promise<void>
  /** Newest first. */
  list(filter: NoticeFilter, page: PageRequest): Promise<Page<NoticeDelivery>>
}

/** What rebuilding the stored bases would do for the images on them: kept by image and base, and added up by base. */
export interface RebuildTables {
  /**
   * Finds it out again for up to `limit` images that were judged, or came or went, since the last time; returns how many there
   * were. `judge`: of what is left of an image.
   */
  foresee(limit: number, rules: Rules, judge: (rebuilt: RebuiltImage) => Foreseen): Promise<number>
  list(filter: BaseFilter, page: PageRequest): Promise<Page<BaseSummary>>
}

/** How far the walk through each registry has got: whoever comes after a restart goes on there. */
export interface SweepTables {
  of(registry: string): Promise<SweepRecord | undefined>
  /** Begins a walk through these repositories, in place of what is left of the one before. */
  begin(registry: string, repositories: readonly string[], at: string): Promise<void>
  /** The next repository, and the tag after which it goes on there (null: its first); undefined at the end. */
  next(registry: string): Promise<{ readonly repository: string; readonly afterTag: string | null } | undefined>
  /** The walk has come so far in the repository; with null it is done with it. */
  advance(location: Location, afterTag: string | null, counts: SweepCounts): Promise<void>
  finish(registry: string, at: string): Promise<void>
}

/**
 * Policies and exceptions that people put into the store. Nothing is overwritten: every change is a new version, so what was
 * in force at a time can be told.
 */
export interface PolicyTables {
  /** Grows with every change of a policy or an exception: whoever keeps them in memory asks this first. */
  revision(): Promise<number>
  /** By name. */
  policies(): Promise<readonly StoredPolicy[]>
  putPolicy(policy: Omit<StoredPolicy, 'updatedAt'>, at: string): Promise<void>
  deletePolicy(name: string, at: string): Promise<void>
  /** Newest first. */
  policyVersions(name: string): Promise<readonly Version<StoredPolicy>[]>
  /** By id. */
  exceptions(filter: ExceptionFilter, page: PageRequest): Promise<Page<StoredException>>
  exception(id: string): Promise<StoredException | undefined>
  /** In place of the one with its id, also of one that was ended. */
  putException(exception: Exception, at: string): Promise<void>
  /** The same for many, in parts of some hundred: what was put stays if a later part fails. */
  putExceptions(exceptions: readonly Exception[], at: string): Promise<void>
  /**
   * NOT_FOUND if it is not there or was ended; REQUEST_INVALID if its owner approves it, or if it is another than it was at
   * `seen`, its `updatedAt` when it was looked at. Approved once, it stays so.
   */
  approveException(id: string, approval: Approval, at: string): Promise<void>
  /** Before its time; it stays in the store. NOT_FOUND if it is not there. */
  endException(id: string, at: string): Promise<void>
  /** Newest first; one that was ended has stood until then. */
  exceptionVersions(id: string): Promise<readonly Version<StoredException>[]>
  /**
   * The policies that stand, and the exceptions that are approved and not ended by anybody, whether they have begun or not; those
   * that were over at a time are left out.
   */
  rules(overBefore: string): Promise<StoredRules>
  /** What stood at a time, as far as this store's clocks agree; of exceptions those that were in force. */
  rulesAt(time: string): Promise<StoredRules>
  /** Exceptions that have begun or ended by themselves after a time and up to another. */
  turns(after: string, until: string): Promise<readonly StoredException[]>
}
