import type { FeedCandidate, FeedHealth } from '../adapters/store/feed-records.ts'
import type { SnapshotFeed } from '../adapters/store/records.ts'
import { staleAfterSeconds } from '../core/match/staleness.ts'
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
  /** Feeds whose configured place was not read since it was configured, or since another state was imported. */
  readonly unread: readonly UnreadFeed[]
}

/** Where a configured feed lies: its mirrors, in the order in which they are tried. */
export interface FeedPlace {
  readonly feed: string
  readonly locations: readonly string[]
}

/** A feed whose state in force was read from elsewhere: its place was changed, or the state was imported. */
interface UnreadFeed extends FeedPlace {
  readonly inForce: string
}

export async function feedStatus(
  { feeds: tables }: Pick<Store, 'feeds'>,
  now: Date,
  places: readonly FeedPlace[] = [],
  afterSeconds = staleAfterSeconds,
): Promise<FeedStatus> {
  const [snapshot, held, health] = await Promise.all([tables.current(), tables.candidates(), tables.health()])
  if (!snapshot)
    return { snapshot: null, adoptedAt: null, ageSeconds: null, stale: true, feeds: [], held, health, unread: [] }
  const { number, adoptedAt, feeds } = snapshot
  const oldest = Math.min(...feeds.filter(({ kind }) => kind === 'osv').map(({ fetched }) => Date.parse(fetched)))
  const ageSeconds = Number.isFinite(oldest) ? Math.max(0, Math.round((now.getTime() - oldest) / 1_000)) : null
  const stale = ageSeconds === null || ageSeconds > afterSeconds
  return { snapshot: number, adoptedAt, ageSeconds, stale, feeds, held, health, unread: unreadFeeds(feeds, places) }
}

export function unreadFeeds(feeds: readonly SnapshotFeed[], places: readonly FeedPlace[]): readonly UnreadFeed[] {
  return places.flatMap(({ feed, locations }) => {
    const inForce = feeds.find(({ name }) => name === feed)?.location
    return inForce === undefined || locations.includes(inForce) ? [] : [{ feed, locations, inForce }]
  })
}
