import { Type } from '@fastify/type-provider-typebox'
import type { HistoryRecord, VerdictRecord } from '../../adapters/store/records.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry } from '../../core/inventory/package.ts'
import type { PlatformVerdict, VerdictAnswer } from '../../flows/answer-verdict.ts'
import type { FindingCounts, Outcome, Verdict, VerdictReason } from '../../core/policy/policy.ts'
import { count, list, named, nullable, orNull, ref, shape, text, word } from './shape.ts'

export const digestSchema = Type.Unsafe<Digest>({ type: 'string', pattern: '^sha256:[0-9a-f]{64}$' })

export const outcomes = ['pass', 'warn', 'fail', 'inconclusive'] as const satisfies readonly Outcome[]
export const outcomeSchema = word(outcomes)

export const reasonSchema = shape<VerdictReason>({
  rule: text,
  outcome: Type.Optional(outcomeSchema),
  message: text,
  findings: count,
})

export const verdictSchema = named(
  'Verdict',
  shape<Verdict>({ outcome: outcomeSchema, policy: text, reasons: list(reasonSchema) }),
)

export const countsSchema = named(
  'FindingCounts',
  shape<FindingCounts>(
    { critical: count, high: count, medium: count, low: count, unknown: count, fixable: count },
    'open findings by severity, and how many of them have a fix',
  ),
)

export const coverageSchema = named(
  'CoverageEntry',
  shape<CoverageEntry>({
    subject: text,
    status: word(['done', 'partial', 'skipped', 'no-data']),
    reason: Type.Optional(text),
    detail: Type.Optional(text),
  }),
)

const recordFields = {
  digest: digestSchema,
  outcome: outcomeSchema,
  policy: text,
  reasons: list(reasonSchema),
  counts: ref(countsSchema),
  coverage: list(ref(coverageSchema)),
  snapshot: nullable('integer'),
  cause: text,
  decidedAt: text,
  checkedAt: text,
  until: nullable('string'),
}

export const verdictRecordSchema = named('VerdictRecord', shape<VerdictRecord>(recordFields))

export const historyRecordSchema = named(
  'HistoryRecord',
  shape<HistoryRecord>({ id: count, ...recordFields, supersededAt: nullable('string') }),
)

export const verdictAnswerSchema = named(
  'VerdictAnswer',
  shape<VerdictAnswer>({
    image: text,
    digest: digestSchema,
    tagObservedAt: nullable('string'),
    outcome: outcomeSchema,
    policy: text,
    complete: Type.Unsafe<boolean>({ type: 'boolean' }),
    images: list(
      shape<PlatformVerdict>({
        digest: digestSchema,
        platform: text,
        verdict: orNull(ref(verdictRecordSchema)),
        gaps: list(ref(coverageSchema)),
      }),
    ),
  }),
)
