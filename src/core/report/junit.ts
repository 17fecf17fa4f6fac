import type { Outcome, Verdict, VerdictReason } from '../policy/policy.ts'
import { faultsOf, inFull, type Fault } from './faults.ts'
import { gapText, isGap, undecidableText } from './gaps.ts'
import { reportsOf, unscannedText, type Unscanned } from './platforms.ts'
import type { IndexReport, Report } from './report.ts'
import { element, textElement } from './xml.ts'

/** One test of a suite; what it counts as stands beside its markup. */
interface Case {
  readonly result: 'passed' | 'failed' | 'error' | 'skipped'
  readonly markup: string
}

interface Suite {
  readonly cases: readonly Case[]
  readonly markup: string
}

/**
 * JUnit's XML as Jenkins and GitLab read it: a suite for each platform; in it a test for each rule of the policy that decided, and
 * one for each finding, failing check and secret, which fails where the policy says so. What only warns is a test that passes and says
 * something. `unscanned`: platforms that the report does not speak of.
 */
export function junitOf(report: Report | IndexReport, unscanned: readonly Unscanned[] = []): string {
  const { reference } = report.schema === 'tallyman.report/v1' ? report.image : report
  const suites = [...reportsOf(report).map(imageSuite), ...unscanned.map((each) => unscannedSuite(each, reference))]
  const attributes = { name: 'tallyman', ...counts(suites.flatMap(({ cases }) => cases)) }
  const root = element(
    'testsuites',
    attributes,
    suites.map(({ markup }) => markup),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
}

function imageSuite(report: Report): Suite {
  const { image, verdict, coverage, checks, checkedAgainst, scannedAt } = report
  const properties = {
    digest: image.digest,
    verdict: verdict.outcome,
    policy: verdict.policy,
    snapshot: checkedAgainst.snapshot,
    engine: checkedAgainst.engine,
  }
  const notUnderstood = [
    ...coverage.filter(isGap).map(gapText),
    ...checks.filter(({ status }) => status === 'undecidable').map(undecidableText),
  ]
  return suite(
    { name: `${image.reference} (${image.platform})`, timestamp: scannedAt },
    [...policyCases(verdict, image.platform), ...faultsOf(report).map((fault) => faultCase(fault, image.platform))],
    {
      before: [
        element(
          'properties',
          {},
          Object.entries(properties).map(([name, value]) => element('property', { name, value })),
        ),
      ],
      after:
        notUnderstood.length === 0
          ? []
          : [textElement('system-out', {}, `Not understood:\n${notUnderstood.join('\n')}`)],
    },
  )
}

/** A platform of an index that nobody has looked at yet must not look clean. */
function unscannedSuite(unscanned: Unscanned, reference: string): Suite {
  const error = textElement('error', { message: 'not scanned yet', type: 'NOT_SCANNED' }, unscannedText(unscanned))
  const attributes = { classname: classname(unscanned.platform, 'policy'), name: 'verdict', time: 0 }
  const only: Case = { result: 'error', markup: element('testcase', attributes, [error]) }
  return suite({ name: `${reference} (${unscanned.platform})` }, [only], { before: [], after: [] })
}

/** The schema orders a suite's children: properties, tests, output. */
function suite(
  attributes: Readonly<Record<string, string>>,
  cases: readonly Case[],
  { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
): Suite {
  const children = [...before, ...cases.map(({ markup }) => markup), ...after]
  return { cases, markup: element('testsuite', { ...attributes, ...counts(cases) }, children) }
}

/** A suite without tests is taken for a mistake, so a verdict without reasons is a test too. */
function policyCases({ outcome, policy, reasons }: Verdict, platform: string): readonly Case[] {
  const decided: readonly VerdictReason[] =
    reasons.length > 0
      ? reasons
      : [{ rule: 'verdict', outcome, message: `${outcome} by policy ${policy}`, findings: 0 }]
  return decided.map((reason, index) => {
    const attributes = { classname: classname(platform, 'policy'), name: `${policy}: ${reason.rule}`, time: 0 }
    // A verdict of an earlier version does not say it of each reason; the worst comes first.
    const own = reason.outcome ?? (index === 0 ? outcome : 'warn')
    return testcase(attributes, own, reason.message, reason.message)
  })
}

/** What the policy makes of it, by itself: what no rule decides about is a test that passes and says what was found. */
function faultCase(fault: Fault, platform: string): Case {
  const { kind, name, places, suppressed, decision, severity, message } = fault
  const [place] = places
  const attributes = { classname: classname(platform, kind), name, ...(place && { file: place.path }), time: 0 }
  if (suppressed) {
    const until = suppressed.until === null ? '' : ` until ${suppressed.until}`
    return skippedCase(attributes, `by ${suppressed.by}${until}: ${suppressed.reason}`)
  }
  if (decision?.action === 'ignore') return skippedCase(attributes, `by the policy’s rule ${decision.rule}: ${message}`)
  return testcase(attributes, decision?.action ?? 'pass', message, inFull(fault), severity)
}

function skippedCase(attributes: Readonly<Record<string, string | number>>, message: string): Case {
  return { result: 'skipped', markup: element('testcase', attributes, [element('skipped', { message })]) }
}

function testcase(
  attributes: Readonly<Record<string, string | number>>,
  outcome: Outcome,
  message: string,
  body: string,
  type: string = outcome,
): Case {
  switch (outcome) {
    case 'fail':
      return {
        result: 'failed',
        markup: element('testcase', attributes, [textElement('failure', { message, type }, body)]),
      }
    case 'inconclusive':
      return {
        result: 'error',
        markup: element('testcase', attributes, [textElement('error', { message, type }, body)]),
      }
    case 'warn':
    case 'pass':
      return { result: 'passed', markup: element('testcase', attributes, [textElement('system-out', {}, body)]) }
  }
}

/** Readers make groups of it at its dots, and addresses of the groups: `tallyman.linux-arm64.vulnerability`. */
function classname(platform: string, kind: string): string {
  return `tallyman.${platform.replaceAll(/[./]/g, '-')}.${kind}`
}

function counts(cases: readonly Case[]): Readonly<Record<'tests' | 'failures' | 'errors' | 'skipped', number>> {
  const of = (result: Case['result']) => cases.filter((each) => each.result === result).length
  return { tests: cases.length, failures: of('failed'), errors: of('error'), skipped: of('skipped') }
}
