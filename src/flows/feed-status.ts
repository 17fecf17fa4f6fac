import type { Snapshot, SnapshotFeed } from '../adapters/store/records.ts'

/** The feed data in force. `snapshot` null: none was ever adopted, and nothing can be matched. */
export interface FeedStatus {
  readonly snapshot: number | null
  readonly adoptedAt: string | null
  /** Of the feed that was fetched longest ago; null without one. */
  readonly ageSeconds: number | null
  /** Whether that is older than allowed; without any feed it is. */
  readonly stale: boolean
  readonly feeds: readonly SnapshotFeed[]
}

/** Older feed data than this is stale where nothing else is configured: OSV changes many times a day. */
const defaultStaleAfterSeconds = 24 * 60 * 60

export function feedStatus(
  snapshot: Snapshot | undefined,
  now: Date,
  staleAfterSeconds = defaultStaleAfterSeconds,
): FeedStatus {
  if (!snapshot) return { snapshot: null, adoptedAt: null, ageSeconds: null, stale: true, feeds: [] }
  const { number, adoptedAt, feeds } = snapshot
  const oldest = Math.min(...feeds.map(({ fetched }) => Date.parse(fetched)))
  const ageSeconds = Number.isFinite(oldest) ? Math.max(0, Math.round((now.getTime() - oldest) / 1_000)) : null
  const stale = ageSeconds === null || ageSeconds > staleAfterSeconds
  return { snapshot: number, adoptedAt, ageSeconds, stale, feeds }
}
