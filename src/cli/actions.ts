import type { Queue, QueueAdmin } from '../adapters/queue/queue.ts'
import type { FeedCandidate } from '../adapters/store/feed-records.ts'
import type { Snapshot } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Policy } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import type { FeedPlace } from '../flows/feed-status.ts'
import type { FeedPreview } from '../flows/preview-feed.ts'
import type { IndexReport, Report } from '../core/report/report.ts'
import type { ExceptionDeps } from '../flows/change-exceptions.ts'
import type { PolicyDeps } from '../flows/change-policies.ts'

/**
 * What the commands ask of the rest of the program. The commands parse arguments and print; they construct nothing, so
 * the wiring stays in one place. Every `configFile` is what `--config` gave, null without it (then the default places
 * are searched). Errors are TallymanErrors: USAGE ends in exit code 64, every other code in 3.
 */
export interface CliActions {
  readonly version: string
  /** Runs until `signal` aborts and everything has come to rest. */
  serve(request: ServeRequest): Promise<void>
  scan(request: ScanRequest): Promise<Report | IndexReport>
  /** Where the server is and what to show it, from the configuration and its variables. */
  client(configFile: string | null): Promise<ClientSettings>
  /** Opens store and queue of the configuration, migrated; closes them when `work` is done or has failed. */
  withLocal<T>(configFile: string | null, work: (local: Local) => Promise<T>): Promise<T>
  /** The same for what changes policies and exceptions. */
  withRules<T>(configFile: string | null, work: (rules: LocalRules) => Promise<T>): Promise<T>
  /** Reads the configured feeds, or only the file or folder `directory` if it is given, and adopts what is new. */
  syncFeeds(request: FeedRequest): Promise<FeedUpdate>
  /** What adopting this file or folder would change; it is not adopted. */
  previewFeed(request: FeedPreviewRequest): Promise<FeedPreview>
  /** Reads a configured feed whose state was held back, and adopts that. NOT_FOUND if none was. */
  adoptFeed(request: AdoptRequest): Promise<FeedUpdate>
  /** POLICY_INVALID with line and column; USAGE if the file cannot be read. */
  checkPolicy(file: string): Promise<{ readonly policies: readonly Policy[]; readonly warnings: readonly string[] }>
  /** Walks the handshake to its end or to the first step that fails. REGISTRY_UNKNOWN if the name is not declared. */
  checkRegistry(request: RegistryRequest): Promise<readonly RegistryCheckStep[]>
  /** Enqueues, in lane `sweep`, what the registry holds and the store has not seen. */
  syncRegistry(request: RegistryRequest): Promise<RegistrySync>
  /** Sends a sample to one target of the configuration. NOT_FOUND if there is none of that name. */
  testNotification(
    request: NotificationTest,
  ): Promise<{ readonly status: number | null; readonly error: string | null }>
  /** Names of the migrations that it ran, none if the schema was up to date. */
  migrate(configFile: string | null): Promise<readonly string[]>
  /** The effective configuration, secrets replaced: plain data, printed as YAML or JSON. */
  config(configFile: string | null): Promise<Readonly<Record<string, unknown>>>
}

/** Lines about what is going on, for people: they go to stderr. */
export type Progress = (line: string) => void

export const roles = ['api', 'worker', 'feeds'] as const
export type Role = (typeof roles)[number]

interface ServeRequest {
  readonly configFile: string | null
  /** Null: as the configuration says, else all of them. */
  readonly roles: readonly Role[] | null
  readonly signal: AbortSignal
}

export type ScanTarget =
  /** `plainHttp` counts where the host is not declared in the configuration. */
  | { readonly kind: 'registry'; readonly reference: string; readonly plainHttp: boolean }
  /** `tag` null: the layout's only image, or its `latest`. Can be a digest. */
  | { readonly kind: 'layout'; readonly directory: string; readonly tag: string | null }
  | { readonly kind: 'archive'; readonly file: string }

export interface ScanRequest {
  readonly target: ScanTarget
  /** An OSV folder to read first (what has not changed is skipped), `none` to match nothing, null for what the store holds. */
  readonly feed: { readonly directory: string } | 'none' | null
  readonly policyFile: string | null
  /** `linux/arm64`; `all` and null: every platform of an index. */
  readonly platform: string | null
  readonly configFile: string | null
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface ClientSettings {
  /** Set by the configuration or its variable; null where nothing names a server. */
  readonly server: string | null
  /** Given by the user for whatever server is asked, `TALLYMAN_TOKEN`. */
  readonly token: string | null
  /** Of the server of this configuration: sent to no other. */
  readonly ownToken: string | null
  /** The address under which a server of this configuration can be reached from this machine, `http://127.0.0.1:8080`. */
  readonly defaultServer: string
}

export interface Local {
  readonly store: Store
  readonly queue: Queue & Partial<QueueAdmin>
  readonly feedPlaces: readonly FeedPlace[]
  /** In force by the configuration and the store. POLICY_INVALID, USAGE. */
  readonly rules: () => Promise<Rules>
}

export interface LocalRules extends Omit<Local, 'feedPlaces'> {
  readonly policies: PolicyDeps
  readonly exceptions: ExceptionDeps
}

export interface AdoptRequest {
  /** Its name in the configuration. */
  readonly feed: string
  readonly configFile: string | null
  readonly signal: AbortSignal
}

export interface FeedRequest {
  readonly directory: string | null
  /** Adopt it also where it lost much of what is in force. */
  readonly force: boolean
  readonly configFile: string | null
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface FeedPreviewRequest {
  readonly path: string
  readonly configFile: string | null
  readonly signal: AbortSignal
}

export interface FeedUpdate {
  /** The snapshot in force afterwards; null if none was ever adopted. */
  readonly snapshot: Snapshot | null
  /** Whether it is a new one. */
  readonly changed: boolean
  /** Feeds that could not be read: their last state stays in force. Any makes the exit code 3. */
  readonly failed: readonly { readonly feed: string; readonly error: string }[]
  /** States that were not adopted, and why. Any makes the exit code 3. */
  readonly held: readonly FeedCandidate[]
}

export interface NotificationTest {
  /** Its name in the configuration. */
  readonly rule: string
  readonly configFile: string | null
  readonly signal: AbortSignal
}

export interface RegistryRequest {
  /** The name under which the registry is declared. */
  readonly registry: string
  readonly configFile: string | null
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface RegistryCheckStep {
  /** `address`, `TLS`, `credentials`, `catalog`, `referrers` … */
  readonly step: string
  readonly status: 'ok' | 'failed' | 'skipped'
  /** What was found and, if it failed, what to do. */
  readonly detail: string
}

interface RegistrySync {
  readonly repositories: number
  readonly tags: number
  readonly enqueued: number
  /** Tags and digests that are no longer there. */
  readonly forgotten: number
}
