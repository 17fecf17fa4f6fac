import type { Registry as MetricsRegistry } from 'prom-client'
import type { Queue, QueueAdmin } from '../adapters/queue/queue.ts'
import type { Snapshot } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Dialect } from '../adapters/webhooks/dialect.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Policy } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import type { IndexReport, Report } from '../core/report/report.ts'
import type { AsOfDeps } from '../flows/as-of.ts'
import type { ExceptionSettings } from '../flows/change-exceptions.ts'
import type { FeedPlace } from '../flows/feed-status.ts'
import type { Logger } from '../log.ts'

/** A declared registry, as far as the API needs it. */
export interface ApiRegistry {
  readonly name: string
  readonly host: string
  /** Every host under which references may name it, `host` included. */
  readonly hosts: readonly string[]
  readonly dialect: Dialect
  /** Of its webhook. */
  readonly secrets: readonly string[]
}

export interface ApiToken {
  readonly name: string
  readonly token: string
  /** `write` includes `read`. */
  readonly access: 'read' | 'write'
}

/** What the API stands on; wire builds it. */
export interface AppDeps {
  readonly store: Store
  readonly queue: Queue & Partial<QueueAdmin>
  /** By name. */
  readonly registries: ReadonlyMap<string, ApiRegistry>
  /** None: everybody may do everything. */
  readonly tokens: readonly ApiToken[]
  readonly policies: readonly Policy[]
  /** All that is in force. */
  readonly rules: () => Promise<Rules>
  readonly exceptions: ExceptionSettings
  /** The report of a stored image or index; NOT_SCANNED if it is not stored. `reference` is the name to show in it. */
  readonly report: (digest: Digest, reference?: string) => Promise<Report | IndexReport>
  /** The snapshot in force. */
  readonly feeds: () => Promise<Snapshot | undefined>
  /**
   * What the tag points to in the registry right now, so that a gate that asks right after a push is not answered with the
   * image before it. Without it, and while the registry cannot be reached, the last observation answers.
   */
  readonly resolveTag?: (registry: string, repository: string, tag: string, signal: AbortSignal) => Promise<Digest>
  /** Whether signatures that registries notify of are looked at. */
  readonly looksForSignatures?: boolean
  readonly log: Logger
  readonly version: string
  /** Where the configured feeds lie. */
  readonly feedPlaces?: readonly FeedPlace[]
  /** Feed data older than this is called stale. */
  readonly staleAfterSeconds?: number
  /** Where the rest of the process counts; /metrics shows it with the API's own. */
  readonly metrics?: MetricsRegistry
  readonly now?: () => Date
}

/** What asking for the past stands on. */
export function asOfDeps({ store, policies, now = () => new Date() }: AppDeps): AsOfDeps {
  return { store, policies, now }
}
