import { Type } from '@fastify/type-provider-typebox'
import type { SnapshotFeed } from '../../adapters/store/records.ts'
import { feedStateFields } from './report.ts'
import { count, list, named, nullable, shape, text, texts } from './shape.ts'

/** The feed data in force. `snapshot` null: none was ever adopted, and nothing can be matched. */
export interface FeedStatus {
  readonly snapshot: number | null
  readonly adoptedAt: string | null
  /** Of the feed that was fetched longest ago; null without a snapshot. */
  readonly ageSeconds: number | null
  /** Whether that is older than the configured interval allows. */
  readonly stale: boolean
  readonly feeds: readonly SnapshotFeed[]
}

export const feedStatusSchema = named(
  'FeedStatus',
  shape<FeedStatus>({
    snapshot: nullable('integer'),
    adoptedAt: nullable('string'),
    ageSeconds: nullable('integer'),
    stale: Type.Boolean(),
    feeds: list(
      shape<SnapshotFeed>({
        ...feedStateFields,
        ecosystems: Type.Record(Type.String(), Type.Integer()),
        skipped: count,
        problems: texts,
        location: text,
        fingerprint: text,
      }),
    ),
  }),
)
