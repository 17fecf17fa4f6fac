import { Type } from '@fastify/type-provider-typebox'
import type { DeadJob, Lane, LaneDepth } from '../../adapters/queue/queue.ts'
import { count, list, named, nullable, shape, text, word } from './shape.ts'

const laneSchema = word<Lane>(['push', 'manual', 'delta', 'sweep'])

/** A dead job as JSON: times are text. */
export type DeadJobView = Omit<DeadJob, 'enqueuedAt' | 'diedAt' | 'delaySeconds'> & {
  readonly enqueuedAt: string
  readonly diedAt: string
}

export interface JobsAnswer {
  readonly depth: readonly LaneDepth[]
  /** Newest first. */
  readonly items: readonly DeadJobView[]
  readonly next: string | null
}

export const jobsAnswerSchema = named(
  'Jobs',
  shape<JobsAnswer>({
    depth: list(shape<LaneDepth>({ lane: laneSchema, waiting: count, leased: count })),
    items: list(
      shape<DeadJobView>({
        id: text,
        lane: laneSchema,
        kind: text,
        key: text,
        payload: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true }),
        attempt: count,
        enqueuedAt: text,
        error: text,
        diedAt: text,
      }),
    ),
    next: nullable('string'),
  }),
)
