import type { FeedCandidate, FeedHealth } from '../adapters/store/feed-records.ts'
import type { SnapshotFeed } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'

/** The feed data in force. `snapshot` null: none was ever adopted, and nothing can be matched. */
export interface FeedStatus {
  readonly snapshot: number | null
  readonly adoptedAt: string | null
  /** Of the advisory feed that was fetched longest ago; null without one. */
  readonly ageSeconds: number | null
  /** Whether that is older than allowed; without any feed it is. */
  readonly stale: boolean
  readonly feeds: readonly SnapshotFeed[]
  /** States that were read and not adopted, with the reasons. */
  readonly held: readonly FeedCandidate[]
  /** How reading each feed went when it was last tried. */
  readonly health: readonly FeedHealth[]
}

/** Older feed data than this is stale where nothing else is configured: OSV changes many times a day. */
const defaultStaleAfterSeconds = 24 * 60 * 60

export async function feedStatus(
  { feeds: tables }: Pick<Store, 'feeds'>,
  now: Date,
  staleAfterSeconds = defaultStaleAfterSeconds,
): Promise<FeedStatus> {
  const [snapshot, held, health] = await Promise.all([tables.current(), tables.candidates(), tables.health()])
  if (!snapshot) return { snapshot: null, adoptedAt: null, ageSeconds: null, stale: true, feeds: [], held, health }
  const { number, adoptedAt, feeds } = snapshot
  const oldest = Math.min(...feeds.filter(({ kind }) => kind === 'osv').map(({ fetched }) => Date.parse(fetched)))
  const ageSeconds = Number.isFinite(oldest) ? Math.max(0, Math.round((now.getTime() - oldest) / 1_000)) : null
  const stale = ageSeconds === null || ageSeconds > staleAfterSeconds
  return { snapshot: number, adoptedAt, ageSeconds, stale, feeds, held, health }
}
