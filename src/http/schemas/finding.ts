import { Type } from '@fastify/type-provider-typebox'
import type { Severity } from '../../core/match/advisory.ts'
import type { MatchRating } from '../../core/match/finding.ts'
import type { Decision } from '../../core/policy/decisions.ts'
import type { Finding, Suppression } from '../../core/policy/policy.ts'
import type { FindingPart } from '../../core/report/parts.ts'
import type { ReportFinding } from '../../core/report/report.ts'
import { list, named, nullable, orNull, shape, text, texts, word } from './shape.ts'

export const severities = [
  'critical',
  'high',
  'medium',
  'low',
  'negligible',
  'unknown',
] as const satisfies readonly Severity[]

export const severitySchema = word(severities)

export const ratingSchema = shape<MatchRating>({
  advisory: text,
  source: text,
  severity: severitySchema,
  score: nullable('number'),
  vector: nullable('string'),
})

export const suppressionSchema = orNull(
  shape<Suppression>({
    by: word(['owner', 'indirect', 'vex', 'exception', 'withdrawn']),
    reason: text,
    until: nullable('string'),
  }),
)

export const decisionSchema = orNull(
  shape<Decision>({ rule: text, action: word(['fail', 'warn', 'inconclusive', 'ignore']) }),
)

const fields = {
  vulnerability: text,
  advisory: text,
  aliases: texts,
  advisories: texts,
  package: text,
  fixed: nullable('string'),
  severity: severitySchema,
  score: nullable('number'),
  vector: nullable('string'),
  ratings: list(ratingSchema),
  published: nullable('string'),
  summary: nullable('string'),
  firstSeen: text,
  state: word(['open', 'suppressed']),
  suppressed: suppressionSchema,
}

export const findingSchema = named('Finding', shape<Finding>(fields))

const reportFields = {
  ...fields,
  layer: nullable('integer'),
  fromBase: Type.Boolean(),
  kev: Type.Boolean(),
  epss: nullable('number'),
  decision: decisionSchema,
}

export const reportFindingSchema = named('ReportFinding', shape<ReportFinding>(reportFields))

export const findingPartSchema = named(
  'ImageFinding',
  shape<FindingPart>({ ...reportFields, createdBy: nullable('string') }),
)
