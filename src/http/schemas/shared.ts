import { previewSchema } from './preview.ts'
import { problemSchema } from '../problem.ts'
import { baseSummarySchema } from './base.ts'
import { asOfAnswerSchema, replaySchema } from './as-of.ts'
import { changedVerdictSchema } from './change.ts'
import { feedCandidateSchema, feedDifferenceSchema, feedStatusSchema } from './feed.ts'
import { exceptionSchema, importSummarySchema, vexSchema } from './exception.ts'
import { explanationSchema } from './explanation.ts'
import { findingPartSchema, findingSchema, reportFindingSchema } from './finding.ts'
import { imageDetailSchema, imageSummarySchema, indexDetailSchema } from './image.ts'
import { jobsAnswerSchema } from './job.ts'
import { noticeDeliverySchema } from './notification.ts'
import { packageSummarySchema } from './package.ts'
import { benchmarkRuleSchema } from './check.ts'
import { policySchema } from './policy.ts'
import {
  checkPartSchema,
  indexReportSchema,
  layerPartSchema,
  packagePartSchema,
  reportCheckSchema,
  reportPackageSchema,
  reportSchema,
  reportSecretSchema,
  secretPartSchema,
} from './report.ts'
import {
  countsSchema,
  coverageSchema,
  historyRecordSchema,
  verdictAnswerSchema,
  verdictRecordSchema,
  verdictSchema,
} from './verdict.ts'
import { affectedImageSchema, vulnerabilitySummarySchema } from './vulnerability.ts'

/** The schemas with names: components of the OpenAPI document. A schema that others `ref` must be here. */
export const sharedSchemas = [
  problemSchema,
  verdictSchema,
  verdictRecordSchema,
  verdictAnswerSchema,
  historyRecordSchema,
  asOfAnswerSchema,
  replaySchema,
  countsSchema,
  changedVerdictSchema,
  coverageSchema,
  findingSchema,
  imageSummarySchema,
  imageDetailSchema,
  indexDetailSchema,
  baseSummarySchema,
  packageSummarySchema,
  vulnerabilitySummarySchema,
  affectedImageSchema,
  reportSchema,
  indexReportSchema,
  reportFindingSchema,
  reportPackageSchema,
  reportCheckSchema,
  reportSecretSchema,
  findingPartSchema,
  packagePartSchema,
  layerPartSchema,
  checkPartSchema,
  secretPartSchema,
  explanationSchema,
  previewSchema,
  feedCandidateSchema,
  feedDifferenceSchema,
  feedStatusSchema,
  jobsAnswerSchema,
  benchmarkRuleSchema,
  policySchema,
  exceptionSchema,
  importSummarySchema,
  vexSchema,
  noticeDeliverySchema,
]
