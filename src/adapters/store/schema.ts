import type { Generated, Kysely, Transaction } from 'kysely'

/**
 * The tables, as migrations.ts makes them. Times are RFC 3339 texts, JSON is text, `*_at: null` means "not yet", flags are
 * 0 and 1, and columns called `body` are packed JSON (packed.ts).
 */
export interface Database {
  layer_facts: LayerFactsTable
  image: ImageTable
  /** Apart from the row, which judging a fleet reads: twice as long as it. JSON, base first. */
  image_layers: { image_id: number; layers: string }
  /** Each stack of an image's layers from its base up: `depth` layers, `is_top` with its last one. */
  image_chain: { chain: string; is_top: number; image_id: number; depth: number }
  image_index: { digest: string; media_type: string }
  index_child: { index_digest: string; position: number; digest: string; platform: string }
  /** Manifests that are not images: a signature, a chart. */
  artifact: { digest: string; description: string }
  package: PackageTable
  /** The names that advisories for a package go by: the second half of its lookup keys. */
  package_name: { name: string; package_id: number }
  /** `contents`: how many packages of which ecosystem, as JSON. */
  package_set: { id: Generated<number>; hash: string; kind: string; contents: Generated<string> }
  /** Packages of a set whose purl another of its packages has: what affects both counts once. */
  set_twin: { set_id: number; package_id: number }
  /** What decides about findings and packages, as text (tally-classes.ts); `hash` of that. */
  tally_class: { id: Generated<number>; hash: string; body: string }
  /**
   * What policies ask of an image beside its packages, as JSON. `signatures` and `signature_keys`, the fingerprint of the keys
   * that they were looked for with: null where nobody looked.
   */
  image_facts: { image_id: number; facts: string; signatures: string | null; signature_keys: string | null }
  /** All checks and secrets of an image, with their evidence. */
  image_checks: { image_id: number; body: Uint8Array }
  /** Findings that count, by class (tally-classes.ts); `counted` of them are in the tallies of the sets. */
  package_tally: { package_id: number; class: number; count: number; counted: Generated<number> }
  /** Over the packages of a set, twins once. */
  set_tally: { set_id: number; class: number; count: number }
  /** Packages whose tally the sets do not have yet, and images to be judged again; why (due-causes.ts). */
  package_due: { package_id: number; cause: string }
  image_due: { image_id: number; cause: string }
  /** Images that tallies say too little of: they are judged by their findings. */
  image_alone: { image_id: number }
  /** Verdicts that changed without a scan and were not yet announced. */
  verdict_outbox: { verdict_id: number }
  rebuild: RebuildTable
  base_rebuild: BaseRebuildTable
  /** Images whose rows of `rebuild` are to be made again. */
  rebuild_due: { image_id: number }
  standing: StandingTable
  set_package: { set_id: number; package_id: number }
  image_set: { image_id: number; set_id: number }
  snapshot: { number: number; adopted_at: string; feeds: string }
  advisory: AdvisoryTable
  /** Apart from the row, so that what is in force is found without reading through all bodies. */
  advisory_body: { advisory_id: number; body: Uint8Array }
  affected: { key: string; advisory_id: number }
  /** Every id of the vulnerability that an advisory with a rating is about; most advisories have none. */
  rated: { id: string; advisory_id: number }
  feed_fact: FeedFactTable
  /** What of an advisory a snapshot changed: its aspects, comma-joined. Added and removed ones are told by their rows. */
  feed_change: { snapshot: number; feed: string; path: string; aspects: string }
  /** The last state of a feed that was held back; `held` is the rest of it. */
  feed_candidate: { feed: string; fingerprint: string; approved: number; held: string }
  feed_health: FeedHealthTable
  package_match: PackageMatchTable
  package_gap: { package_id: number; advisory: string; reason: string }
  vulnerability: VulnerabilityTable
  vulnerability_alias: { alias: string; vulnerability: string }
  verdict: VerdictTable
  /** What many verdicts were judged by alike, once under its hash: rules, and when feeds were fetched (judged-evidence.ts). */
  judged_part: { id: Generated<number>; hash: string; body: Uint8Array }
  /** The rules by which stored images were judged from a time on, until the next row's. */
  rules_since: { id: Generated<number>; since: string; part: number }
  /** What an image was judged by before it was inventoried anew and found to be otherwise (former-inventories.ts). */
  former_inventory: { image_id: number; inventory: number; until: string; body: Uint8Array }
  location: { id: Generated<number>; registry: string; repository: string }
  sighting: SightingTable
  tag: TagTable
  write_back: WriteBackTable
  own_manifest: { digest: string; written_at: string }
  /** What notifications have got to: `seen`, when the newest finding was first seen; `kev`, a snapshot. */
  notice_state: { name: string; value: string }
  /** What rules were last told of an image; `seen` as the state's then. */
  notice_told: { image_id: number; outcome: string; decided_at: string; seen: string }
  notice_change: NoticeChangeTable
  notice: NoticeTable
  sweep: SweepTable
  /** What a walk through a registry still has to look at; `after_tag` where it has begun. */
  sweep_repository: { registry: string; repository: string; after_tag: string | null }
  /** A policy document as it stood from `since` until `until`; null: it stands. */
  policy_version: {
    id: Generated<number>
    name: string
    document: string
    fingerprint: string
    since: string
    until: string | null
  }
  exception_version: ExceptionVersionTable
  /** One row: grows with every change of the two. */
  rules_revision: { id: number; number: number }
  lock: { name: string; holder: string; expires_at: number }
}

export type Db = Kysely<Database>
export type Tx = Transaction<Database>

/** One row: how far re-evaluation has come. */
interface StandingTable {
  id: number
  /** Every package that was ever matched is as of this snapshot, or of the later one that it was matched against itself. */
  matched: number
  /** The snapshot that re-evaluation is on its way to. */
  target: number
  /** Every current verdict is right as of this snapshot, but for the images that are due. */
  snapshot: number
  /** Fingerprint of the policy they were judged by; empty before the first time. */
  policy: string
  checked_at: string | null
  /** Number of the questions in force: grows with every change of them. */
  asked: Generated<number>
  /** Their fingerprint. */
  questions: Generated<string>
  /** Whether the rules in force ask where images lie. */
  asks_places: Generated<number>
  /** The exceptions that verdicts were judged by, as JSON. */
  exceptions: Generated<string>
  /** Feeds that were too old by then, as text. */
  stale: Generated<string>
}

/** What a rebuild of one of its bases would make of an image (rebuild-records.ts). */
interface RebuildTable {
  image_id: number
  /** Of images with the same layers, the one that was stored first. */
  base_id: number
  /** The outcome that it has. */
  outcome: string
  /** The one it would have. */
  rebuilt: string
  /** Findings that would be closed. */
  closes: number
}

/** Sums over the rows of a base: images by outcome, those that would pass by outcome, those that would not fail any more. */
interface BaseRebuildTable {
  base_id: number
  chain: string
  pass: number
  warn: number
  inconclusive: number
  fail: number
  warn_green: number
  inconclusive_green: number
  fail_green: number
  relieved: number
  closes: number
}

interface LayerFactsTable {
  blob: string
  catalogers: string
  body: Uint8Array
}

interface ImageTable {
  id: Generated<number>
  digest: string
  media_type: string
  platform: string
  created: string | null
  size: number
  config_digest: string
  distro: string | null
  package_count: number
  coverage: string
  engine: string
  catalogers: string
  scanned_at: string
  /** How often it was inventoried anew and found to be otherwise. */
  inventory: Generated<number>
}

/** One row for everything that is the same; `hash` is over all of it. */
interface PackageTable {
  id: Generated<number>
  hash: string
  type: string
  /** Empty where none is known: such a package is matched with nothing. */
  ecosystem: string
  name: string
  version: string
  source_name: string | null
  source_version: string | null
  arch: string | null
  purl: string
  licenses: string
  /** purl of the OS package that speaks for it. */
  owner: string | null
  /** Snapshot that it was last matched against; 0 before the first. */
  matched_snapshot: Generated<number>
  /** Number of the questions that its tally answers; below 1 to be asked again, see retally.ts. */
  asked: Generated<number>
  /** When time alone may change an answer. */
  ask_again: string | null
}

/** In force at snapshot s: since <= s, and until is null or > s. */
interface AdvisoryTable {
  id: Generated<number>
  feed: string
  path: string
  advisory_id: string
  hash: string
  since: number
  until: number | null
  withdrawn: string | null
  /** Those it affects, sorted, newline-joined: few different texts, so that counting them is one `group by`. */
  ecosystems: string
}

/** In force like advisories. `key` is a CVE id, or a product and its release; `value` is JSON. */
interface FeedFactTable {
  id: Generated<number>
  feed: string
  kind: string
  key: string
  value: string
  since: number
  until: number | null
}

interface FeedHealthTable {
  feed: string
  attempted_at: string
  failing_since: string | null
  code: string | null
  error: string | null
}

interface PackageMatchTable {
  id: Generated<number>
  package_id: number
  vulnerability: string
  /** Worst first: see rank.ts. */
  rank: number
  fixable: number
  advisory: string
  fixed: string | null
  severity: string
  score: number | null
  vector: string | null
  ratings: string
  published: string | null
  summary: string | null
  aliases: string
  advisories: string
  first_seen: string
  /** Since when there is a fix, as far as is known. */
  fixed_since: string | null
}

/** What package_match says about each vulnerability, kept up to date with it so that lists come from an index. */
interface VulnerabilityTable {
  id: string
  rank: number
  fixable: number
  severity: string
  score: number | null
  published: string | null
  summary: string | null
}

/** Current and former verdicts of an image; the current one has no successor yet. */
interface VerdictTable {
  id: Generated<number>
  image_id: number
  superseded_at: string | null
  outcome: string
  policy: string
  reasons: string
  counts: string
  coverage: string
  snapshot: number | null
  cause: string
  decided_at: string
  checked_at: string
  /** When time alone may change it. */
  until: string | null
  /** What it was made of (judged-evidence.ts); null for those of before it was kept. */
  evidence: string | null
}

interface SightingTable {
  location_id: number
  digest: string
  first_seen: string
  last_seen: string
  gone_at: string | null
}

/** What a tag pointed to from `first_seen` on; the current row has not ended. */
interface TagTable {
  id: Generated<number>
  location_id: number
  tag: string
  digest: string
  first_seen: string
  last_seen: string
  ended_at: string | null
}

interface WriteBackTable {
  location_id: number
  digest: string
  manifest: string
  status: string
  error: string | null
  at: string
}

/** An image that is another than when it was last told, until the run's notices are written. */
interface NoticeChangeTable {
  id: Generated<number>
  run: string
  image_id: number
  former: string | null
  outcome: string
  cause: string
  decided_at: string
  since: string | null
  /** Of the worst new finding, where new findings were asked for. */
  newest_rank: number | null
}

interface SweepTable {
  registry: string
  started_at: string
  finished_at: string | null
  last_finished_at: string | null
  repositories: number
  tags: number
  enqueued: number
  forgotten: number
}

/** An exception as it stood from `since` until `until` (null: it stands), or until somebody ended it. */
interface ExceptionVersionTable {
  id: Generated<number>
  name: string
  /** The exception, as JSON; the next three say it again so that they can be asked for. */
  value: string
  starts_at: string
  ends_at: string | null
  approved: number
  created_at: string
  ended_at: string | null
  since: string
  until: string | null
}

/** Outbox and delivery log: what still has a next try is to be delivered. */
interface NoticeTable {
  number: Generated<number>
  id: string
  rule: string
  body: string
  status: string
  attempts: number
  response: number | null
  error: string | null
  created_at: string
  tried_at: string | null
  next_try_at: string | null
}
