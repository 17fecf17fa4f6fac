import { Type } from '@fastify/type-provider-typebox'
import type { ChangedVerdict, VerdictDecision } from '../../adapters/store/reevaluation-records.ts'
import { list, named, nullable, orNull, ref, shape, text, texts } from './shape.ts'
import { countsSchema, digestSchema, outcomeSchema, reasonSchema } from './verdict.ts'

const decisionSchema = shape<VerdictDecision>({
  outcome: outcomeSchema,
  policy: text,
  reasons: list(reasonSchema),
  counts: ref(countsSchema),
})

export const changedVerdictSchema = named(
  'ChangedVerdict',
  shape<ChangedVerdict>({
    digest: digestSchema,
    references: texts,
    before: orNull(decisionSchema),
    after: decisionSchema,
    snapshot: nullable('integer'),
    cause: text,
    at: Type.Unsafe<string>({ type: 'string', format: 'date-time' }),
  }),
)
