import { oneOf, type Mistake } from './document-mistakes.ts'
import { checkExpression } from './expression.ts'
import type { ExpressionKind } from './expression-types.ts'
import { ruleKinds, type PolicySpec, type Rules } from './policy-schema.ts'

/** Names of the reasons that `spec.incomplete` and `spec.staleness` give. */
const takenNames = new Set(['incomplete', 'stale'])

const maxPatternCharacters = 500
/** Each may stand for as much as the text is long. */
const maxWildcards = 10

const packageConditions = ['deny', 'allow', 'licenses', 'minimum', 'expression'] as const

/** What the schema cannot say. */
export function ruleMistakes(spec: PolicySpec): Mistake[] {
  return [
    ...nameMistakes(spec),
    ...scopeMistakes(spec.scopes ?? []),
    ...(spec.vulnerabilities ?? []).flatMap((rule, at) => {
      const patterns = { ids: rule.ids, packages: rule.packages }
      return inRule('vulnerabilities', at, [...patternMistakes(patterns), ...expressionMistakes(rule, 'finding')])
    }),
    ...(spec.packages ?? []).flatMap((rule, at) => inRule('packages', at, packageMistakes(rule))),
    ...(spec.checks ?? []).flatMap(({ ids }, at) => inRule('checks', at, patternMistakes({ ids }))),
    ...(spec.secrets ?? []).flatMap(({ rules }, at) => inRule('secrets', at, patternMistakes({ rules }))),
    ...(spec.base ?? []).flatMap((rule, at) => inRule('base', at, baseMistakes(rule))),
    ...(spec.image ?? []).flatMap((rule, at) => inRule('image', at, imageMistakes(rule))),
  ]
}

/** A reason names the rule that gave it, so no two rules of a policy have one name, of whatever kind they are. */
function nameMistakes(spec: PolicySpec): Mistake[] {
  const first = new Map<string, { readonly kind: string; readonly at: number }>()
  return ruleKinds.flatMap((kind) => {
    return (spec[kind] ?? []).flatMap(({ name }, at): Mistake[] => {
      const path = ['spec', kind, `${at}`, 'name']
      if (takenNames.has(name))
        return [{ path, message: 'expected another name: what is no rule gives reasons of this one' }]
      const earlier = first.get(name)
      first.set(name, earlier ?? { kind, at })
      if (!earlier) return []
      const which = earlier.kind === kind ? `rule ${earlier.at}` : `rule ${earlier.at} of ${earlier.kind}`
      return [{ path, message: `expected a name of its own, ${which} is called ${name} too` }]
    })
  })
}

function scopeMistakes(scopes: NonNullable<PolicySpec['scopes']>): Mistake[] {
  return scopes.flatMap((scope, at) => {
    const { labels: _, ...lists } = scope // values of labels are free texts
    return inPath(['spec', 'scopes', `${at}`], patternMistakes(lists))
  })
}

function packageMistakes(rule: Rules<'packages'>[number]): Mistake[] {
  const said = packageConditions.filter((key) => rule[key] !== undefined)
  if (said.length !== 1) {
    const found = said.length === 0 ? 'there is none' : `there are ${said.join(' and ')}`
    return [{ path: [], message: `expected exactly one of ${packageConditions.join(', ')}: ${found}` }]
  }
  const { deny, allow, licenses, minimum = {} } = rule
  if (licenses && !licenses.deny && !licenses.allow) {
    return [{ path: ['licenses'], message: 'expected deny or allow', atKey: true }]
  }
  return [
    ...patternMistakes({ deny, allow }),
    ...inPath(['licenses'], patternMistakes({ deny: licenses?.deny, allow: licenses?.allow })),
    ...Object.keys(minimum).flatMap((name): Mistake[] => {
      const message = 'expected the name of a package, or its purl without version'
      return /^[^*\s]{1,500}$/.test(name) && !/^pkg:.*[^/]@/.test(name)
        ? []
        : [{ path: ['minimum', name], message, atKey: true }]
    }),
    ...expressionMistakes(rule, 'package'),
  ]
}

function baseMistakes({ allow, maxAge, unknown }: Rules<'base'>[number]): Mistake[] {
  if (allow === undefined && maxAge === undefined && unknown === undefined) {
    return [{ path: [], message: 'expected at least one of allow, maxAge, unknown' }]
  }
  return patternMistakes({ allow })
}

function imageMistakes(rule: Rules<'image'>[number]): Mistake[] {
  if (rule.maxAge === undefined && rule.expression === undefined) {
    return [{ path: [], message: 'expected at least one of maxAge, expression' }]
  }
  return expressionMistakes(rule, 'image')
}

function expressionMistakes({ expression }: { readonly expression?: string }, kind: ExpressionKind): Mistake[] {
  const mistake = expression === undefined ? undefined : checkExpression(expression, kind)
  if (!mistake) return []
  return [{ path: ['expression'], message: mistake.message, within: mistake.offset }]
}

function patternMistakes(patterns: Readonly<Record<string, string | readonly string[] | undefined>>): Mistake[] {
  return Object.entries(patterns).flatMap(([key, value]) => {
    if (typeof value === 'string') return patternMistake([key], value)
    return (value ?? []).flatMap((pattern, at) => patternMistake([key, `${at}`], pattern))
  })
}

/** Other tools' wildcards would be taken for letters, and never fit. In purls `?` stands before qualifiers. */
function patternMistake(path: readonly string[], pattern: string): Mistake[] {
  const wrong = (message: string) => [{ path, message: `expected ${message}` }]
  if (pattern.length > maxPatternCharacters) return wrong(`a pattern of at most ${maxPatternCharacters} characters`)
  if (pattern !== pattern.trim()) return wrong('a pattern without blanks around it')
  if (/[[\]{}^$|\\]/.test(pattern) || (pattern.includes('?') && !pattern.startsWith('pkg:'))) {
    return wrong(`a pattern whose wildcards are ${oneOf(['*', '**'])}`)
  }
  if (pattern.includes('***')) return wrong('* for anything but /, or ** for anything')
  return (pattern.match(/\*+/g) ?? []).length > maxWildcards
    ? wrong(`a pattern with at most ${maxWildcards} wildcards`)
    : []
}

function inRule(kind: string, at: number, mistakes: readonly Mistake[]): Mistake[] {
  return inPath(['spec', kind, `${at}`], mistakes)
}

function inPath(above: readonly string[], mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.map((mistake) => ({ ...mistake, path: [...above, ...mistake.path] }))
}
