import type { Bench, WeighedReason } from './evidence.ts'
import type { FindingConditions, UnknownAction, VulnerabilityRule } from './policy.ts'
import type { ReadyPackageRule, ReadyPolicy, ReadyVulnerabilityRule } from './rules.ts'
import { total, whyFailed, type FindingClass, type PackageClass, type Tally, type TallyClass } from './tally.ts'

/** Open findings of one class. */
export interface ClassFate {
  readonly class: FindingClass
  readonly count: number
}

interface PolicyRule<R> {
  readonly policy: ReadyPolicy
  readonly ready: R
}

/**
 * One reason for each rule that fails or warns and caught something. The first rule that fits a finding decides about it; one that
 * cannot be told to fit leaves it undecided. A finding that no rule fits decides nothing.
 */
export function vulnerabilityReasons(bench: Bench, open: readonly ClassFate[]): WeighedReason[] {
  const rules = bench.policies.flatMap((policy) => policy.vulnerabilities.map((ready) => ({ policy, ready })))
  const caught = new Map<PolicyRule<ReadyVulnerabilityRule>, Map<Fate, ClassFate[]>>()
  for (const some of open) {
    const decided = decide(rules, some.class)
    if (!decided) continue
    const fates = caught.get(decided.rule) ?? new Map<Fate, ClassFate[]>()
    caught.set(decided.rule, fates)
    fates.set(decided.fate, [...(fates.get(decided.fate) ?? []), some])
  }
  return rules.flatMap((rule) =>
    [...(caught.get(rule) ?? [])].flatMap(([fate, classes]) => reasonOf(bench, rule, fate, classes)),
  )
}

type Fate = 'acts' | 'grace' | 'failed'

/** The first rule that fits a finding, or cannot be told to. */
export function decide(
  rules: readonly PolicyRule<ReadyVulnerabilityRule>[],
  some: FindingClass,
): { readonly rule: PolicyRule<ReadyVulnerabilityRule>; readonly fate: Fate } | undefined {
  for (const rule of rules) {
    const { key, overKey } = rule.ready
    if (whyFailed(some, key) !== undefined) return { rule, fate: 'failed' }
    if (!some.holds.includes(key)) continue
    return { rule, fate: overKey === null || some.holds.includes(overKey) ? 'acts' : 'grace' }
  }
  return undefined
}

/** What a rule makes of a finding. */
export function actionOf({ grace, action }: VulnerabilityRule, fate: Fate): UnknownAction {
  if (fate === 'failed') return 'inconclusive'
  return fate === 'grace' ? (grace?.during ?? 'warn') : action
}

function reasonOf(
  bench: Bench,
  { policy, ready: { rule, key } }: PolicyRule<ReadyVulnerabilityRule>,
  fate: Fate,
  classes: readonly ClassFate[],
): WeighedReason[] {
  const findings = total(classes)
  const name = bench.nameOf(policy, rule.name)
  if (fate === 'failed') {
    const why = firstWhy(classes, key)
    const message = `the expression of the rule cannot be evaluated for ${vulnerabilities(findings)}: ${why}`
    return [{ outcome: 'inconclusive', rule: name, message, findings }]
  }
  const outcome = actionOf(rule, fate)
  if (outcome === 'ignore') return []
  const grace = fate === 'grace' ? `, within the grace period of ${days(rule.grace?.days ?? 0)}` : ''
  return [{ outcome, rule: name, message: `${findingsPhrase(rule, classes)}${grace}`, findings }]
}

/** Of several reasons the same one, in whatever order the classes come. */
function firstWhy(classes: readonly { readonly class: TallyClass }[], key: string): string | undefined {
  return classes.flatMap((some) => whyFailed(some.class, key) ?? []).sort()[0]
}

const vulnerabilities = (count: number): string => (count === 1 ? '1 vulnerability' : `${count} vulnerabilities`)
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`)

/** `3 vulnerabilities of high severity or worse, all with a fix`. */
function findingsPhrase(conditions: FindingConditions, classes: readonly ClassFate[]): string {
  const { severity } = conditions
  const unrated = total(classes.filter((some) => some.class.severity === 'unknown'))
  const howBad =
    severity === undefined
      ? ''
      : severity === 'critical'
        ? ' of critical severity'
        : ` of ${severity} severity or worse`
  const notRated = unrated > 0 ? ` (${unrated} not rated)` : ''
  return `${vulnerabilities(total(classes))}${howBad}${notRated}${conditionsPhrase(conditions)}, ${fixPhrase(classes)}`
}

function conditionsPhrase({ kev, score, epss, fixDays, sources, ecosystems, expression, ...named }: FindingConditions) {
  const phrases = [
    kev === undefined ? '' : kev ? 'known to be exploited' : 'not known to be exploited',
    score === undefined ? '' : `with a score of ${score} or more`,
    epss === undefined ? '' : `with a probability of exploitation of ${epss} or more`,
    named.vulnerabilities ? 'that it names' : '',
    named.packages ? 'in packages that it names' : '',
    ecosystems ? `in ${ecosystems.join(', ')}` : '',
    sources ? `by ${sources.join(', ')}` : '',
    fixDays === undefined ? '' : `whose fix is ${days(fixDays)} old or older`,
    expression === undefined ? '' : 'for which its expression is true',
  ].filter((phrase) => phrase !== '')
  return phrases.length > 0 ? ` ${phrases.join(', ')}` : ''
}

function fixPhrase(classes: readonly ClassFate[]): string {
  const findings = total(classes)
  const fixable = total(classes.filter((some) => some.class.fixable))
  if (findings === 1) return fixable === 1 ? 'with a fix' : 'without a fix'
  if (fixable === 0) return 'none with a fix'
  return fixable === findings ? 'all with a fix' : `${fixable} with a fix`
}

/** The first rule that catches a package, or cannot tell, decides about it. */
export function packageReasons(bench: Bench, tally: Tally): WeighedReason[] {
  const rules = bench.policies.flatMap((policy) => policy.packages.map((ready) => ({ policy, ready })))
  if (rules.length === 0) return []
  const caught = new Map<PolicyRule<ReadyPackageRule>, Map<PackageFate, number>>()
  for (const { class: some, count } of tally) {
    if (some.kind !== 'package') continue
    const decided = decidePackage(rules, some)
    if (!decided) continue
    const fates = caught.get(decided.rule) ?? new Map<PackageFate, number>()
    caught.set(decided.rule, fates)
    fates.set(decided.fate, (fates.get(decided.fate) ?? 0) + count)
  }
  return rules.flatMap((rule) =>
    [...(caught.get(rule) ?? [])].flatMap(([fate, count]) =>
      packageReason(bench, rule, fate === 'failed' ? { fate, why: firstWhy(tally, rule.ready.key) } : { fate }, count),
    ),
  )
}

type PackageFate = 'caught' | 'unlicensed' | 'failed'

function decidePackage(
  rules: readonly PolicyRule<ReadyPackageRule>[],
  some: PackageClass,
): { readonly rule: PolicyRule<ReadyPackageRule>; readonly fate: PackageFate } | undefined {
  for (const rule of rules) {
    const { key, unlicensedKey } = rule.ready
    if (some.holds.includes(key)) return { rule, fate: 'caught' }
    if (whyFailed(some, key) !== undefined) return { rule, fate: 'failed' }
    if (some.holds.includes(unlicensedKey) && rule.ready.rule.licenses?.unknown !== 'ignore')
      return { rule, fate: 'unlicensed' }
  }
  return undefined
}

function packageReason(
  bench: Bench,
  { policy, ready: { rule } }: PolicyRule<ReadyPackageRule>,
  { fate, why }: { readonly fate: PackageFate; readonly why?: string | undefined },
  count: number,
): WeighedReason[] {
  const name = bench.nameOf(policy, rule.name)
  const packages = count === 1 ? '1 package' : `${count} packages`
  const reason = (outcome: WeighedReason['outcome'] | 'ignore', message: string): WeighedReason[] =>
    outcome === 'ignore' ? [] : [{ outcome, rule: name, message, findings: count }]
  if (fate === 'failed') return reason('inconclusive', `the rule cannot be decided for ${packages}: ${why}`)
  if (fate === 'unlicensed') return reason(rule.licenses?.unknown ?? 'ignore', `${packages} without a stated licence`)
  if (rule.deny) return reason(rule.action, `${packages} that it denies`)
  if (rule.allow) return reason(rule.action, `${packages} that it does not allow`)
  if (rule.licenses) return reason(rule.action, `${packages} under licences that it does not allow`)
  if (rule.minimum) return reason(rule.action, `${packages} older than the least version`)
  return reason(rule.action, `${packages} for which its expression is true`)
}
