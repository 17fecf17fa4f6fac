import type { CoverageEntry } from '../inventory/package.ts'
import type { Severity } from '../match/advisory.ts'
import { openFindings } from './counts.ts'
import type { Evidence, Outcome, Policy, Verdict, VerdictReason, VulnerabilityRule } from './policy.ts'
import { tallyOf, type FindingClass, type Tally } from './tally.ts'

/** From best to worst: a certain `fail` is worth more than not knowing, not knowing more than a warning. */
const outcomes: readonly Outcome[] = ['pass', 'warn', 'inconclusive', 'fail']

/** What nobody has rated yet counts as medium: it may turn out either way, and must not pass as harmless. */
const rank: Readonly<Record<Severity, number>> = { critical: 4, high: 3, medium: 2, unknown: 2, low: 1, negligible: 0 }

/** A reason names at most so many coverage entries; the report lists them all. */
const maxNamedGaps = 3

interface WeighedReason extends VerdictReason {
  readonly outcome: Outcome
}

/** The verdict on one image. Pure: the same policy and evidence give the same verdict, reasons worst first. */
export function judge(policy: Policy, { findings, coverage }: Evidence): Verdict {
  return judgeTally(policy, tallyOf(openFindings(findings)), coverage)
}

/** The same from the open findings' tally, where the findings themselves need not be read. */
export function judgeTally(policy: Policy, tally: Tally, coverage: readonly CoverageEntry[]): Verdict {
  const reasons = [...ruleReasons(policy, tally), ...incompleteReasons(policy, coverage)]
  const outcome = worstOutcome(['pass', ...reasons.map((reason) => reason.outcome)])
  reasons.sort((a, b) => outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome))
  return {
    outcome,
    policy: policy.name,
    reasons: reasons.map(({ rule, message, findings }) => ({ rule, message, findings })),
  }
}

/** Of an index: that of its worst platform; of nothing at all: inconclusive. */
export function worstOutcome(all: readonly Outcome[]): Outcome {
  return all.toSorted((a, b) => outcomes.indexOf(b) - outcomes.indexOf(a))[0] ?? 'inconclusive'
}

/** One reason for each rule that fails or warns and caught something. A finding that no rule fits decides nothing. */
function ruleReasons({ vulnerabilities: rules }: Policy, tally: Tally): WeighedReason[] {
  const caught = Map.groupBy(tally, (some) => rules.find((rule) => fits(rule, some)))
  return rules.flatMap((rule) => {
    const own = caught.get(rule) ?? []
    const findings = total(own)
    if (findings === 0 || rule.action === 'ignore') return []
    return [{ outcome: rule.action, rule: rule.name, message: ruleMessage(rule, own), findings }]
  })
}

function fits({ severity, fixable }: VulnerabilityRule, some: FindingClass): boolean {
  return rank[some.severity] >= rank[severity ?? 'negligible'] && (fixable === undefined || fixable === some.fixable)
}

/** `3 vulnerabilities of high severity or worse, all with a fix`. */
function ruleMessage({ severity = 'negligible' }: VulnerabilityRule, tally: Tally): string {
  const findings = total(tally)
  const what = findings === 1 ? '1 vulnerability' : `${findings} vulnerabilities`
  const howBad = severity === 'critical' ? 'critical severity' : `${severity} severity or worse`
  const unrated = total(tally.filter((some) => some.severity === 'unknown'))
  return `${what} of ${howBad}${unrated > 0 ? ` (${unrated} not rated)` : ''}, ${fixPhrase(tally)}`
}

function fixPhrase(tally: Tally): string {
  const findings = total(tally)
  const fixable = total(tally.filter((some) => some.fixable))
  if (findings === 1) return fixable === 1 ? 'with a fix' : 'without a fix'
  if (fixable === 0) return 'none with a fix'
  return fixable === findings ? 'all with a fix' : `${fixable} with a fix`
}

const total = (tally: Tally): number => tally.reduce((sum, { count }) => sum + count, 0)

function incompleteReasons({ onIncomplete }: Policy, coverage: readonly CoverageEntry[]): WeighedReason[] {
  const gaps = coverage.filter(({ status }) => status !== 'done')
  const outcome = onIncomplete ?? 'inconclusive'
  if (gaps.length === 0 || outcome === 'ignore') return []
  return [{ outcome, rule: 'incomplete', message: incompleteMessage(gaps), findings: gaps.length }]
}

/** `not everything could be checked: layer 2 (LAYER_TOO_LARGE), feed Debian:13 (NO_ADVISORIES) and 4 more`. */
function incompleteMessage(gaps: readonly CoverageEntry[]): string {
  const named = gaps.slice(0, maxNamedGaps).map(({ subject, reason, status }) => `${subject} (${reason ?? status})`)
  const more = gaps.length > maxNamedGaps ? ` and ${gaps.length - maxNamedGaps} more` : ''
  return `not everything could be checked: ${named.join(', ')}${more}`
}
