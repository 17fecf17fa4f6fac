import { Type } from '@fastify/type-provider-typebox'
import type { AsOfAnswer, AsOfImage } from '../../flows/as-of.ts'
import type { Known } from '../../flows/known-then.ts'
import type { Replay, Replayed } from '../../flows/replay-verdict.ts'
import { list, named, nullable, orNull, ref, shape, text, texts, word } from './shape.ts'
import {
  countsSchema,
  coverageSchema,
  digestSchema,
  historyRecordSchema,
  outcomeSchema,
  reasonSchema,
} from './verdict.ts'

const decision = { outcome: outcomeSchema, policy: text, reasons: list(reasonSchema), counts: ref(countsSchema) }

export const asOfAnswerSchema = named(
  'AsOfAnswer',
  shape<AsOfAnswer>({
    image: text,
    digest: digestSchema,
    tagObservedAt: nullable('string'),
    at: shape<AsOfAnswer['at']>({ time: text, snapshot: nullable('integer') }),
    outcome: outcomeSchema,
    images: list(
      shape<AsOfImage>({
        digest: digestSchema,
        platform: text,
        stood: orNull(ref(historyRecordSchema)),
        known: orNull(shape<Known>({ ...decision, coverage: list(ref(coverageSchema)) })),
        agree: Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] }),
        notes: texts,
      }),
    ),
  }),
)

export const replaySchema = named(
  'Replay',
  shape<Replay>({
    result: word(['same', 'reworded', 'different', 'not-kept']),
    verdict: ref(historyRecordSchema),
    replayed: orNull(shape<Replayed>({ ...decision, until: nullable('string') })),
    inventoriedAnew: nullable('string'),
  }),
)

/** The query parameter that asks for the past. */
export const atQuery = Type.String({
  minLength: 1,
  maxLength: 40,
  description:
    'a past time (RFC 3339) or date, or the number of a snapshot: as of the last moment in which that was in force',
})
