import { Type } from '@fastify/type-provider-typebox'
import type { RangeEvent } from '../../core/match/advisory.ts'
import type { EntryExplanation, RangeExplanation } from '../../core/match/explain.ts'
import type { Explanation, LocatedAdvisory, PackageExplanation } from '../../core/report/explanation.ts'
import { findingSchema, ratingSchema } from './finding.ts'
import { list, named, nullable, orNull, ref, shape, text, texts, word } from './shape.ts'
import { digestSchema } from './verdict.ts'

const answers = ['yes', 'no', 'unknown'] as const

const rangeSchema = shape<RangeExplanation>({
  events: list(Type.Unsafe<RangeEvent>({ type: 'object', additionalProperties: { type: 'string' } })),
  affected: word(answers),
  because: text,
})

const entrySchema = shape<EntryExplanation>({
  ecosystem: text,
  name: text,
  version: text,
  affected: word(answers),
  because: text,
  ranges: list(rangeSchema),
})

const advisorySchema = shape<LocatedAdvisory>({
  advisory: text,
  modified: text,
  affected: word([...answers, 'withdrawn']),
  because: text,
  fixed: nullable('string'),
  entries: list(entrySchema),
  elsewhere: texts,
  origins: list(shape<LocatedAdvisory['origins'][number]>({ feed: text, path: text })),
})

export const explanationSchema = named(
  'Explanation',
  shape<Explanation>({
    schema: word(['tallyman.explanation/v1']),
    image: digestSchema,
    platform: text,
    vulnerability: text,
    snapshot: text,
    packages: list(
      shape<PackageExplanation>({
        package: text,
        ecosystem: text,
        state: word(['open', 'suppressed', 'not-affected', 'unknown']),
        finding: orNull(ref(findingSchema)),
        severityFrom: orNull(ratingSchema),
        advisories: list(advisorySchema),
      }),
    ),
  }),
)
