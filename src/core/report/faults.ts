import type { CheckLevel } from '../benchmark/check.ts'
import { ruleText } from '../benchmark/rules.ts'
import type { Severity } from '../match/advisory.ts'
import type { Decision } from '../policy/decisions.ts'
import type { Suppression, UnknownAction } from '../policy/policy.ts'
import { undecidableText } from './gaps.ts'
import type { Report, ReportCheck, ReportFinding, ReportPackage, ReportSecret } from './report.ts'
import { secretPlace, secretRemedy, secretStory } from './secret-text.ts'

/** One thing that is wrong with an image, in the form that SARIF and JUnit share. */
export interface Fault {
  readonly kind: 'vulnerability' | 'check' | 'secret'
  /** What is wrong, wherever it is: `CVE-2024-0001`, `CIS-DI-0001`, `private-key`. */
  readonly rule: string
  /** Of the rule. */
  readonly title: string
  /** Why the rule matters; null where the title is all that is known. */
  readonly rationale: string | null
  readonly severity: Severity | CheckLevel
  /** 0 to 10, where somebody has given one. */
  readonly score: number | null
  /** What was found here, in a sentence without its full stop. */
  readonly message: string
  /** What to do; null where nothing is known. */
  readonly remedy: string | null
  /** Rule and place (of a package its purl): no two faults of an image have the same. */
  readonly name: string
  /** With kind, rule and path it is the same in the next build: the package without its version, the place without its line. */
  readonly subject: string
  /** Files of the image; none where it is the image's config or the image as a whole. */
  readonly places: readonly Place[]
  readonly layer: number | null
  readonly fromBase: boolean
  readonly finding: ReportFinding | null
  readonly suppressed: Suppression | null
  /** What the policy makes of it; null where it is suppressed, or no rule decides about it. */
  readonly decision: Decision | null
}

interface Place {
  /** In the image, without leading slash; `file!/entry` for what lies in an archive. */
  readonly path: string
  /** 1 is the first; null where the file is meant as a whole. */
  readonly line: number | null
  /** The one that brought the file. */
  readonly layer: number
}

/** What lists of a check's evidence show of it; `-o json` has all. */
const maxEvidence = 20

/** An image's secrets, failing checks and findings, suppressed ones too; and checks that nobody can decide, where a rule acts on that. */
export function faultsOf(report: Report): readonly Fault[] {
  const { findings, checks, secrets } = report
  const packages = Map.groupBy(report.packages, ({ purl }) => purl)
  return [
    ...secrets.map(secretFault),
    ...checks.filter(isFault).map(checkFault),
    ...findings.map((finding) => vulnerabilityFault(finding, packages.get(finding.package) ?? [])),
  ]
}

export function isFault({ status, decision }: ReportCheck): boolean {
  return status === 'fail' || (status === 'undecidable' && decision !== null && decision.action !== 'ignore')
}

function vulnerabilityFault(finding: ReportFinding, places: readonly ReportPackage[]): Fault {
  const { vulnerability, severity, score, summary, kev, fixed, layer, fromBase, suppressed, decision } = finding
  const [installed] = places
  const what = installed ? `${installed.name} ${installed.version}` : finding.package
  const word = severity === 'unknown' ? 'not rated' : severity
  const howBad = score === null ? word : `${word} ${score.toFixed(1)}`
  const about = summary === null ? '' : `: ${summary.replace(/\.$/, '')}`
  return {
    kind: 'vulnerability',
    rule: vulnerability,
    title: summary ?? vulnerability,
    rationale: null,
    severity,
    score,
    message: `${what} has ${vulnerability} (${howBad})${about}${kev ? '; it is known to be exploited' : ''}`,
    remedy: updateTo(fixed, installed?.name ?? finding.package, fromBase),
    name: `${vulnerability} in ${finding.package}`,
    subject: withoutVersion(finding.package),
    places: places.map(({ path, layer }) => ({ path, line: null, layer })),
    layer,
    fromBase,
    finding,
    suppressed,
    decision,
  }
}

function updateTo(fixed: string | null, name: string, fromBase: boolean): string {
  if (fixed === null) return 'No fixed version is known yet.'
  return fromBase ? `Rebuild on a base that has ${name} ${fixed} or later.` : `Update ${name} to ${fixed} or later.`
}

function checkFault(check: ReportCheck): Fault {
  const { id, title, level, status, evidence, layer, fromBase, suppressed, decision } = check
  const known = ruleText(id)
  return {
    kind: 'check',
    rule: id,
    title,
    rationale: known?.rationale ?? null,
    severity: level,
    score: null,
    // Titles say what a good image does.
    message:
      status === 'fail'
        ? [`fails “${title}”`, evidenceText(evidence)].filter((part) => part !== '').join(': ')
        : undecidableText(check),
    remedy: known?.remedy ?? null,
    name: `${id} ${title}`,
    subject: id,
    places: [],
    layer,
    fromBase,
    finding: null,
    suppressed,
    decision,
  }
}

/** `usr/bin/su (4755); usr/bin/mount (4755) and 3 more`. */
function evidenceText(evidence: readonly string[]): string {
  const more = evidence.length - maxEvidence
  return evidence.slice(0, maxEvidence).join('; ') + (more > 0 ? ` and ${more} more` : '')
}

function secretFault(secret: ReportSecret): Fault {
  const { rule, title, where, path, line, layer, redacted, fromBase, suppressed, decision } = secret
  return {
    kind: 'secret',
    rule,
    title,
    rationale: 'Everybody who can pull the image can read it.',
    // It grants access to something; to what, the image does not say.
    severity: 'high',
    score: null,
    message: `${title} in ${secretPlace(secret)}: ${redacted}; ${secretStory(secret)}`,
    remedy: secretRemedy,
    name: `${rule} in ${secretPlace(secret)}`,
    subject: secretPlace({ where, path, line: null }),
    places: where === 'file' ? [{ path, line, layer }] : [],
    layer,
    fromBase,
    finding: null,
    suppressed,
    decision,
  }
}

/** What was found, what to do and what the policy makes of it, for formats that have one text for all. */
export function inFull(fault: Fault): string {
  const { message, remedy } = fault
  return sentences(message, remedy, decisionText(fault))
}

/** Each part with its full stop, but the last one where nothing follows: a message alone has none. */
export function sentences(message: string, ...rest: readonly (string | null)[]): string {
  const known = rest.filter((part) => part !== null)
  return known.length === 0 ? message : [`${message}.`, ...known].join(' ')
}

const actionWords: Readonly<Record<UnknownAction, string>> = {
  fail: 'It fails',
  warn: 'It is a warning',
  inconclusive: 'It cannot be judged',
  ignore: 'It is ignored',
}

/** `It fails by the rule fixable-high.` */
export function decisionText({ decision }: Fault): string | null {
  return decision && `${actionWords[decision.action]} by the rule ${decision.rule}.`
}

/** `pkg:npm/%40scope/name` of `pkg:npm/%40scope/name@1.2.3?arch=…`. */
function withoutVersion(purl: string): string {
  const [bare = purl] = purl.split(/[?#]/, 1)
  const at = bare.lastIndexOf('@')
  return at > bare.lastIndexOf('/') ? bare.slice(0, at) : bare
}
