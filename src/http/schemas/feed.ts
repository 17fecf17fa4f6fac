import { Type } from '@fastify/type-provider-typebox'
import type { SnapshotFeed } from '../../adapters/store/records.ts'
import type { FeedStatus } from '../../flows/feed-status.ts'
import { feedStateFields } from './report.ts'
import { count, list, named, nullable, shape, text, texts } from './shape.ts'

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
