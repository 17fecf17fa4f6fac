import { Type } from '@fastify/type-provider-typebox'
import type { FeedCandidate, FeedDifference, FeedEffect, FeedHealth } from '../../adapters/store/feed-records.ts'
import type { SnapshotFeed } from '../../adapters/store/records.ts'
import { advisoryAspects } from '../../core/match/advisory-changes.ts'
import { feedKinds } from '../../core/match/feed-facts.ts'
import type { FeedStatus } from '../../flows/feed-status.ts'
import { feedStateFields } from './report.ts'
import { count, list, named, nullable, orNull, shape, text, texts, word } from './shape.ts'

const changeFields = { added: count, changed: count, removed: count, skipped: count }

export const feedCandidateSchema = named(
  'FeedCandidate',
  shape<FeedCandidate>({
    ...changeFields,
    feed: text,
    location: text,
    fingerprint: text,
    fetched: text,
    heldAt: text,
    reasons: texts,
    effect: orNull(
      shape<FeedEffect>({
        packages: count,
        opened: count,
        closed: count,
        images: count,
        flips: Type.Record(Type.String(), Type.Integer()),
        partial: Type.Boolean(),
      }),
    ),
    approved: Type.Boolean(),
  }),
)

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
        kind: word(feedKinds),
        records: count,
        ecosystems: Type.Record(Type.String(), Type.Integer()),
        skipped: count,
        problems: texts,
        location: text,
        fingerprint: text,
      }),
    ),
    held: list(feedCandidateSchema),
    health: list(
      shape<FeedHealth>({
        feed: text,
        attemptedAt: text,
        failingSince: nullable('string'),
        code: nullable('string'),
        error: nullable('string'),
      }),
    ),
    unread: list(shape<FeedStatus['unread'][number]>({ feed: text, locations: texts, inForce: text })),
  }),
)

export const feedDifferenceSchema = named(
  'FeedDifference',
  shape<FeedDifference>({
    feed: text,
    path: text,
    id: text,
    change: word(['added', 'changed', 'withdrawn', 'removed']),
    aspects: list(word(advisoryAspects)),
  }),
)
