import { Type } from '@fastify/type-provider-typebox'
import type { VerdictRecord } from '../../adapters/store/records.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry } from '../../core/inventory/package.ts'
import type { FindingCounts, Outcome, Verdict, VerdictReason } from '../../core/policy/policy.ts'
import { count, list, named, nullable, orNull, ref, shape, text, word } from './shape.ts'

export const digestSchema = Type.Unsafe<Digest>({ type: 'string', pattern: '^sha256:[0-9a-f]{64}$' })

export const outcomes = ['pass', 'warn', 'fail', 'inconclusive'] as const satisfies readonly Outcome[]
export const outcomeSchema = word(outcomes)

export const reasonSchema = shape<VerdictReason>({ rule: text, message: text, findings: count })

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

export const verdictRecordSchema = named(
  'VerdictRecord',
  shape<VerdictRecord>({
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
  }),
)

/** The answer of the gate: one entry in `images` for an image, one a platform for an index. */
export interface VerdictAnswer {
  /** What was asked for. */
  readonly image: string
  /** What the reference stands for now. */
  readonly digest: Digest
  /** When the registry, or else a notification, last said that the tag points to the digest; null where a digest was asked for. */
  readonly tagObservedAt: string | null
  /** The worst of `images`; one without a verdict makes it `inconclusive` at best. */
  readonly outcome: Outcome
  readonly policy: string
  /** False while a platform of the index has no verdict yet. */
  readonly complete: boolean
  readonly images: readonly PlatformVerdict[]
}

export interface PlatformVerdict {
  readonly digest: Digest
  readonly platform: string
  readonly verdict: VerdictRecord | null
  /** What could not be understood in the image; that of feeds is in `verdict.coverage`. */
  readonly gaps: readonly CoverageEntry[]
}

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
