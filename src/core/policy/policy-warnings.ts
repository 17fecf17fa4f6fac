import type { Mistake } from './document-mistakes.ts'
import { isSpdxLicense } from './license.ts'
import type { PolicySpec, Rules } from './policy-schema.ts'

type Listed = string | readonly string[] | undefined

/** What is right and yet can hardly be meant, with its place. */
export function policyWarnings(spec: PolicySpec): Mistake[] {
  return [
    ...shadowed('vulnerabilities', spec.vulnerabilities ?? [], coversVulnerabilities),
    ...shadowed('packages', spec.packages ?? [], coversPackages),
    ...shadowed('checks', spec.checks ?? [], coversChecks),
    ...shadowed('secrets', spec.secrets ?? [], coversSecrets),
    ...(spec.vulnerabilities ?? []).flatMap((rule, at) => pointless(rule, ['spec', 'vulnerabilities', `${at}`])),
    ...(spec.packages ?? []).flatMap(({ licenses }, at) => {
      return (['deny', 'allow'] as const).flatMap((key) => {
        return unknownLicenses(licenses?.[key], ['spec', 'packages', `${at}`, 'licenses', key])
      })
    }),
  ]
}

/** Of each kind the first rule that fits decides: one that an earlier one covers never does. */
function shadowed<R extends { readonly name: string }>(
  kind: string,
  rules: readonly R[],
  covers: (earlier: R, later: R) => boolean,
): Mistake[] {
  return rules.flatMap((rule, at): Mistake[] => {
    const earlier = rules.slice(0, at).find((earlier) => covers(earlier, rule))
    if (!earlier) return []
    const message = `${rule.name} never acts: ${earlier.name}, before it, catches all that it could`
    return [{ path: ['spec', kind, `${at}`], message }]
  })
}

const severityRank = ['negligible', 'low', 'medium', 'high', 'critical']

function coversVulnerabilities(
  earlier: Rules<'vulnerabilities'>[number],
  later: Rules<'vulnerabilities'>[number],
): boolean {
  return (
    severityRank.indexOf(earlier.severity ?? 'negligible') <= severityRank.indexOf(later.severity ?? 'negligible') &&
    atLeast(earlier.score, later.score) &&
    atLeast(earlier.epss, later.epss) &&
    same(earlier.kev, later.kev) &&
    (same(earlier.fixable, later.fixable) || (earlier.fixable === true && later.fixAge !== undefined)) &&
    same(earlier.fixAge, later.fixAge) &&
    within(earlier.sources, later.sources) &&
    within(earlier.ecosystems, later.ecosystems) &&
    within(earlier.ids, later.ids) &&
    within(earlier.packages, later.packages) &&
    same(earlier.expression, later.expression)
  )
}

function coversPackages(earlier: Rules<'packages'>[number], later: Rules<'packages'>[number]): boolean {
  return (
    earlier.deny !== undefined &&
    later.deny !== undefined &&
    within(earlier.deny, later.deny) &&
    within(earlier.ecosystems, later.ecosystems)
  )
}

const levelRank = ['info', 'low', 'medium', 'high', 'critical']

function coversChecks(earlier: Rules<'checks'>[number], later: Rules<'checks'>[number]): boolean {
  return (
    levelRank.indexOf(earlier.level ?? 'info') <= levelRank.indexOf(later.level ?? 'info') &&
    within(earlier.ids, later.ids) &&
    coversLayers(earlier, later)
  )
}

function coversSecrets(earlier: Rules<'secrets'>[number], later: Rules<'secrets'>[number]): boolean {
  return within(earlier.rules, later.rules) && coversLayers(earlier, later)
}

interface Layered {
  readonly layers?: 'own' | 'all'
}

function coversLayers({ layers = 'all' }: Layered, later: Layered): boolean {
  return layers === 'all' || later.layers === 'own'
}

function pointless(
  { name, fixable, fixAge, grace, action }: Rules<'vulnerabilities'>[number],
  path: string[],
): Mistake[] {
  if (fixable === false && fixAge !== undefined) {
    return [{ path: [...path, 'fixAge'], message: `${name} never acts: without a fix none has an age`, atKey: true }]
  }
  const during = typeof grace === 'object' ? (grace.during ?? 'warn') : 'warn'
  if (grace === undefined || (action !== 'ignore' && action !== during)) return []
  return [{ path: [...path, 'grace'], message: `changes nothing: the action is ${action} at any time`, atKey: true }]
}

/** No mistake: packages name licences in words of their own, too. */
function unknownLicenses(licenses: Listed, path: readonly string[]): Mistake[] {
  return listed(licenses).flatMap((id, at): Mistake[] => {
    if (id.includes('*') || isSpdxLicense(id)) return []
    const place = typeof licenses === 'string' ? path : [...path, `${at}`]
    return [{ path: place, message: `${id} is no licence that SPDX knows` }]
  })
}

function atLeast(earlier: number | undefined, later: number | undefined): boolean {
  return earlier === undefined || (later !== undefined && later >= earlier)
}

function same(earlier: unknown, later: unknown): boolean {
  return earlier === undefined || earlier === later
}

/** Whether the earlier list has all of the later, pattern by pattern; absent it stands for everything. */
function within(earlier: Listed, later: Listed): boolean {
  if (earlier === undefined) return true
  if (later === undefined) return false
  const all = listed(earlier)
  return all.includes('**') || listed(later).every((pattern) => all.includes(pattern))
}

function listed(value: Listed): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? [])
}
