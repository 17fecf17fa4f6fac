import { Type, type Static, type TProperties, type TSchema } from 'typebox'
import { checkLevels } from '../benchmark/check.ts'
import { oneOf } from './document-mistakes.ts'

/** A thousand rules of a kind are not read by anybody, and each costs every finding a comparison. */
const maxRules = 1000
/** Of patterns and names in one list. */
const maxListed = 1000

const severities = ['critical', 'high', 'medium', 'low', 'negligible'] as const
const actions = ['fail', 'warn', 'ignore'] as const
const unknownActions = ['inconclusive', 'fail', 'warn', 'ignore'] as const
const layers = ['own', 'all'] as const

const word = <const T extends string>(words: readonly T[], description = oneOf(words)) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], description })

const optional = Type.Optional

/** Names end in annotations, lists and messages. */
const name = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
  description: 'a name of lower-case letters, digits, ".", "_" and "-", at most 63 characters long',
})
const yesOrNo = Type.Boolean({ description: 'true or false' })
const duration = Type.String({ pattern: '^[1-9][0-9]{0,4}[hdw]$', description: 'a duration: 12h, 14d or 2w' })
const expression = Type.String({ minLength: 1, description: 'an expression in CEL' })

/** What is said about one text or a list of them: what each is, and what the list is called. */
const oneOrMore = (one: string, many: string) =>
  optional(
    Type.Union(
      [Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: maxListed })],
      { description: `${one}, or a list of 1 to ${maxListed} ${many}` },
    ),
  )
const patterns = oneOrMore('a pattern', 'patterns')

const mapping = <T extends TProperties>(properties: T, description: string, options = {}) =>
  Type.Object(properties, { additionalProperties: false, description, ...options })

const rules = <T extends TSchema>(rule: T) =>
  optional(Type.Array(rule, { maxItems: maxRules, description: `a list of at most ${maxRules} rules` }))

const action = word(actions)

const scope = mapping(
  {
    registries: patterns,
    repositories: patterns,
    tags: patterns,
    labels: optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, description: 'a pattern of values' }), {
        minProperties: 1,
        description: 'a mapping of labels to patterns of their values',
      }),
    ),
    platforms: patterns,
    bases: patterns,
  },
  'a mapping with at least one of registries, repositories, tags, labels, platforms, bases',
  { minProperties: 1 },
)

const grace = Type.Union(
  [
    duration,
    mapping({ period: duration, during: optional(word(['warn', 'ignore'])) }, 'a mapping with period and during'),
  ],
  { description: 'a duration like 14d, or a mapping with period and during (warn, ignore)' },
)

const vulnerabilityRule = mapping(
  {
    name,
    severity: optional(word(severities)),
    score: optional(Type.Number({ minimum: 0, maximum: 10, description: 'a CVSS base score from 0 to 10' })),
    kev: optional(yesOrNo),
    epss: optional(Type.Number({ minimum: 0, maximum: 1, description: 'a probability from 0 to 1' })),
    fixable: optional(yesOrNo),
    fixAge: optional(duration),
    sources: oneOrMore('the beginning of advisory ids, like GHSA', 'of them'),
    ecosystems: oneOrMore('an ecosystem, like npm or Debian:12', 'ecosystems'),
    ids: patterns,
    packages: patterns,
    expression: optional(expression),
    action,
    grace: optional(grace),
  },
  'a rule with name and action, and conditions',
)

const packageRule = mapping(
  {
    name,
    deny: patterns,
    allow: patterns,
    licenses: optional(
      mapping(
        { deny: patterns, allow: patterns, unknown: optional(action) },
        'a mapping with deny or allow, and unknown',
      ),
    ),
    minimum: optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, description: 'a version in quotes' }), {
        minProperties: 1,
        maxProperties: maxListed,
        description: 'a mapping of names (or purls without version) to versions in quotes',
      }),
    ),
    expression: optional(expression),
    ecosystems: oneOrMore('an ecosystem, like npm or Debian:12', 'ecosystems'),
    action,
  },
  'a rule with name and action, and one of deny, allow, licenses, minimum, expression',
)

const checkRule = mapping(
  {
    name,
    ids: patterns,
    level: optional(word(checkLevels)),
    layers: optional(word(layers)),
    undecidable: optional(word(unknownActions)),
    action,
  },
  'a rule with name and action, and conditions',
)

const secretRule = mapping(
  { name, rules: patterns, layers: optional(word(layers)), action },
  'a rule with name and action, and conditions',
)

const baseRule = mapping(
  { name, allow: patterns, maxAge: optional(duration), unknown: optional(word(unknownActions)), action },
  'a rule with name and action, and allow or maxAge',
)

const imageRule = mapping(
  { name, maxAge: optional(duration), expression: optional(expression), action },
  'a rule with name and action, and maxAge or expression',
)

const provenanceRule = mapping(
  {
    name,
    signedBy: Type.Union(
      [Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 100 })],
      { description: 'the name of a configured key, or a list of 1 to 100' },
    ),
    action,
  },
  'a rule with name, signedBy and action',
)

const spec = {
  priority: optional(
    Type.Integer({
      minimum: -1000,
      maximum: 1000,
      description: 'a whole number from -1000 to 1000; higher ones come first',
    }),
  ),
  scopes: optional(Type.Array(scope, { minItems: 1, maxItems: 100, description: 'a list of 1 to 100 scopes' })),
  vulnerabilities: rules(vulnerabilityRule),
  packages: rules(packageRule),
  checks: rules(checkRule),
  secrets: rules(secretRule),
  base: rules(baseRule),
  image: rules(imageRule),
  provenance: rules(provenanceRule),
  incomplete: optional(word(unknownActions)),
  staleness: optional(
    mapping({ maxAge: duration, action: optional(word(unknownActions)) }, 'a mapping with maxAge and action'),
  ),
}

/** Every `description` completes the sentence "expected …". Published as docs/policy.schema.json. */
export const policyDocumentSchema = mapping(
  {
    apiVersion: Type.Literal('tallyman.dev/v1', { description: 'tallyman.dev/v1' }),
    kind: Type.Literal('Policy', { description: 'Policy' }),
    metadata: mapping(
      {
        name,
        description: optional(Type.String({ minLength: 1, maxLength: 500, description: 'at most 500 characters' })),
      },
      'a mapping with name',
    ),
    spec: mapping(spec, `a mapping with at least one of ${Object.keys(spec).join(', ')}`, { minProperties: 1 }),
  },
  'a mapping with apiVersion, kind, metadata and spec',
)

export type PolicyDocument = Static<typeof policyDocumentSchema>
export type PolicySpec = PolicyDocument['spec']
/** The rules of one kind. */
export type Rules<K extends RuleKind> = NonNullable<PolicySpec[K]>

export const ruleKinds = ['vulnerabilities', 'packages', 'checks', 'secrets', 'base', 'image', 'provenance'] as const
type RuleKind = (typeof ruleKinds)[number]
