import type { Outcome, VerdictReason } from '../policy/policy.ts'
import { faultsOf } from './faults.ts'
import { gapText, isGap, undecidableText } from './gaps.ts'
import { reportsOf, unscannedText, type Unscanned } from './platforms.ts'
import type { IndexReport, Report } from './report.ts'
import { fingerprints, resultOf, ruleId, ruleOf, type Level } from './sarif-result.ts'
import { nameOf, text } from './sarif-values.ts'

/**
 * SARIF 2.1.0 (OASIS): one run for each platform, because a run has one target and services want runs of the same tool told
 * apart by `automationDetails.id`. Everything that is wrong is a result, suppressed or not; what was not understood is a
 * notification. `unscanned`: platforms that the report does not speak of.
 */
export function sarifOf(report: Report | IndexReport, unscanned: readonly Unscanned[] = []): object {
  const reports = reportsOf(report)
  const engine = reports[0]?.checkedAgainst.engine
  const { reference, digest } = report.schema === 'tallyman.report/v1' ? report.image : report
  const { outcome, policy } = report.verdict
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [...reports.map(runOf), ...unscanned.map((each) => emptyRun(each, reference, engine))],
    properties: { image: reference, digest, verdict: { outcome, policy } },
  }
}

function runOf(report: Report): object {
  const { image, verdict, coverage, checks, checkedAgainst, scannedAt } = report
  const faults = faultsOf(report)
  const byRule = Map.groupBy(faults, ruleId)
  const indexes = new Map([...byRule.keys()].map((id, index) => [id, index]))
  const rules = [...byRule].map(([id, those]) => ruleOf(id, those))
  const fingerprint = fingerprints()
  const undecidable = checks.filter(({ status }) => status === 'undecidable')
  const understood = verdict.outcome !== 'inconclusive'
  const gapLevel = understood ? 'warning' : 'error'
  const properties = {
    image: image.reference,
    digest: image.digest,
    platform: image.platform,
    base: image.base?.digest ?? null,
    // Field by field: what came over HTTP may have them in another order.
    verdict: {
      outcome: verdict.outcome,
      policy: verdict.policy,
      reasons: verdict.reasons.map(({ rule, outcome, message, findings }) => ({ rule, outcome, message, findings })),
    },
    snapshot: checkedAgainst.snapshot,
  }
  return {
    ...aboutRun(image.reference, image.platform, checkedAgainst.engine, rules),
    invocations: [
      {
        // No results may mean that nothing is wrong or that nobody could look: a reader must be able to tell.
        executionSuccessful: understood,
        endTimeUtc: scannedAt,
        toolExecutionNotifications: [
          ...verdict.reasons.map((reason) =>
            notification(reason.message, reason.rule, reasonLevel(reason, verdict.outcome)),
          ),
          ...coverage.filter(isGap).map((gap) => notification(gapText(gap), gap.reason ?? gap.status, gapLevel)),
          ...undecidable.map((check) => notification(undecidableText(check), check.id, 'note')),
        ],
      },
    ],
    results: faults.map((fault) => resultOf(fault, indexes.get(ruleId(fault)) ?? -1, image, fingerprint(fault))),
    properties,
  }
}

/** A platform of an index that nobody has looked at yet must not look clean. */
function emptyRun({ platform, digest }: Unscanned, reference: string, engine: string | undefined): object {
  const why = notification(unscannedText({ platform, digest }), 'NOT_SCANNED', 'error')
  return {
    ...aboutRun(reference, platform, engine, []),
    invocations: [{ executionSuccessful: false, toolExecutionNotifications: [why] }],
    results: [],
    properties: { image: reference, digest, platform, verdict: null },
  }
}

function aboutRun(reference: string, platform: string, engine: string | undefined, rules: readonly object[]): object {
  return {
    tool: { driver: { name: 'tallyman', ...(engine !== undefined && { version: engine }), rules } },
    automationDetails: {
      id: `tallyman/${nameOf(reference)}/${platform}/`,
      description: text(`The image ${reference} for ${platform}`),
    },
    originalUriBaseIds: { IMAGE: { description: text('The root of the image’s file system') } },
    columnKind: 'utf16CodeUnits',
  }
}

/** Verdicts of earlier versions do not say it of each reason. */
function reasonLevel({ outcome }: VerdictReason, verdict: Outcome): Level {
  return (outcome ?? verdict) === 'warn' ? 'warning' : 'error'
}

function notification(message: string, id: string, level: Level): object {
  return { level, descriptor: { id }, message: text(message) }
}
