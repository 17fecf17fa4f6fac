import type { Policy, Scope } from '../../core/policy/policy.ts'
import { plural } from './quantities.ts'

type RuleOf<K extends 'vulnerabilities' | 'packages' | 'checks' | 'secrets' | 'base' | 'image' | 'provenance'> =
  Policy[K][number]

/** Of a list; the document has them all. */
const maxNamed = 5

/** What a policy does, rule by rule in the order in which they are tried, a line each. */
export function policyLines(policy: Policy): readonly string[] {
  const { priority, scopes, onIncomplete, staleness } = policy
  const rule = ({ name, action }: { readonly name: string; readonly action: string }, what: string) =>
    `  - ${name}: ${action} for ${what}`
  return [
    ...(priority === 0
      ? []
      : [`  priority ${priority}: ${priority > 0 ? 'before policies of lower' : 'after policies of higher'} priority`]),
    ...(scopes.length === 0 ? [] : [`  for ${scopes.map(scopeText).join('; or ')}`]),
    ...policy.vulnerabilities.map((of) => rule(of, vulnerabilityText(of))),
    ...policy.packages.map((of) => rule(of, packageText(of))),
    ...policy.checks.map((of) => rule(of, checkText(of))),
    ...policy.secrets.map((of) => rule(of, secretText(of))),
    ...policy.base.map((of) => `  - ${of.name}: ${baseText(of)}`),
    ...policy.image.map((of) => rule(of, imageText(of))),
    ...policy.provenance.map((of) => rule(of, `images not signed by ${either(of.signedBy)}`)),
    `  - what could not be understood: ${onIncomplete ?? 'as the next policy says, in the end inconclusive'}`,
    ...(staleness ? [`  - advisories older than ${plural(staleness.maxHours, 'hour')}: ${staleness.action}`] : []),
  ]
}

export function scopeText({ registries, repositories, tags, labels, platforms, bases, digests }: Scope): string {
  const values = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`)
  return `images ${listing([
    registries && `of registry ${either(registries)}`,
    repositories && `in repository ${either(repositories)}`,
    tags && `tagged ${either(tags)}`,
    values.length > 0 && `labelled ${values.join(' and ')}`,
    platforms && `for ${either(platforms)}`,
    bases && `built on ${either(bases)}`,
    digests && `with the digest ${either(digests)}`,
  ])}`
}

function vulnerabilityText(rule: RuleOf<'vulnerabilities'>): string {
  const { severity, fixable, kev, score, epss, fixDays, sources, ecosystems, vulnerabilities, packages, grace } = rule
  const worse = severity === 'critical' ? '' : ' or worse'
  const what = `findings${severity ? ` of severity ${severity}${worse}` : ''}${fixText(fixable)}`
  const conditions = listing([
    kev !== undefined && (kev ? 'known to be exploited' : 'not known to be exploited'),
    score !== undefined && `with a CVSS score of ${score} or more`,
    epss !== undefined && `with an EPSS probability of ${epss} or more`,
    fixDays !== undefined && `whose fix is ${daysText(fixDays)} old or older`,
    sources && `said by ${either(sources)}`,
    ecosystems && `of ${either(ecosystems)}`,
    vulnerabilities && `called ${either(vulnerabilities)}`,
    packages && `in ${either(packages)}`,
    expressionText(rule),
  ])
  const later = grace ? `; ${grace.during} until the fix is ${daysText(grace.days)} old` : ''
  if (what === 'findings') return `${conditions === '' ? 'all findings' : `findings ${conditions}`}${later}`
  return `${listing([what, conditions])}${later}`
}

function fixText(fixable: boolean | undefined): string {
  if (fixable === undefined) return ''
  return fixable ? ' that have a fix' : ' that have no fix'
}

function packageText(rule: RuleOf<'packages'>): string {
  const { deny, allow, licenses, minimum, ecosystems } = rule
  const older = Object.entries(minimum ?? {}).map(([name, version]) => `${name} before ${version}`)
  return listing([
    deny && `the packages ${either(deny)}`,
    allow && `packages other than ${either(allow)}`,
    licenses && `packages ${licenseText(licenses)}`,
    older.length > 0 && either(older),
    rule.expression !== undefined && `packages ${expressionText(rule)}`,
    ecosystems && `of ${either(ecosystems)}`,
  ])
}

function licenseText({ deny, allow, unknown }: NonNullable<RuleOf<'packages'>['licenses']>): string {
  const needs = [
    ...(deny ? [`that cannot be used without ${either(deny)}`] : []),
    ...(allow ? [`that need another licence than ${either(allow)}`] : []),
  ]
  return `${needs.join(' or ')}${unknown === 'ignore' ? '' : ` (${unknown} where the licence is not known)`}`
}

function checkText({ ids, level, layers, undecidable }: RuleOf<'checks'>): string {
  const worse = level === 'critical' ? '' : ' or worse'
  const what = `failed checks${ids ? ` called ${either(ids)}` : ''}${level ? ` of level ${level}${worse}` : ''}`
  return `${what}${layersText(layers)}${undecidable === 'ignore' ? '' : `; ${undecidable} for undecidable ones`}`
}

function secretText({ rules, layers }: RuleOf<'secrets'>): string {
  return `secrets${rules ? ` found by ${either(rules)}` : ''}${layersText(layers)}`
}

function layersText(layers: 'own' | 'all'): string {
  return layers === 'own' ? ' in layers above the base' : ''
}

function baseText({ action, allow, maxDays, unknown }: RuleOf<'base'>): string {
  const caught = [
    ...(allow ? [`bases other than ${either(allow)}`] : []),
    ...(maxDays === undefined ? [] : [`bases built more than ${daysText(maxDays)} ago`]),
  ]
  const known = caught.length > 0 ? `${action} for ${caught.join(' or ')}; ` : ''
  return `${known}${unknown} where the base is not known`
}

function imageText(rule: RuleOf<'image'>): string {
  const age = rule.maxDays !== undefined && `built more than ${daysText(rule.maxDays)} ago`
  return `images ${listing([age, expressionText(rule)])}`
}

function expressionText({ expression }: { readonly expression?: string }): string | false {
  return expression !== undefined && `for which ${expression.trim().replaceAll(/\s+/g, ' ')}`
}

function daysText(days: number): string {
  return Number.isInteger(days) ? plural(days, 'day') : plural(Math.round(days * 24), 'hour')
}

function either(words: readonly string[]): string {
  if (words.length <= maxNamed) return words.join(' or ')
  return `${words.slice(0, maxNamed).join(', ')} or ${words.length - maxNamed} others`
}

function listing(parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(', ')
}
