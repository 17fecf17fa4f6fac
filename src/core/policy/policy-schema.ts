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

// Titles say what a key is for: editors show them.
const optional = Type.Optional

const word = <const T extends string>(words: readonly T[], title: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], title, description: oneOf(words) })

const yesOrNo = (title: string) => optional(Type.Boolean({ title, description: 'true or false' }))

const duration = (title: string) =>
  Type.String({ pattern: '^[1-9][0-9]{0,4}[hdw]$', title, description: 'a duration: 12h, 14d or 2w' })

const expression = (title: string) =>
  optional(Type.String({ minLength: 1, title, description: 'an expression in CEL' }))

const oneOrMore = (title: string, description: string, maxItems = maxListed) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems })], {
    title,
    description,
  })

const patterns = (title: string) => optional(oneOrMore(title, `a pattern, or a list of 1 to ${maxListed} patterns`))

const mapping = <T extends TProperties>(properties: T, title: string, description: string, options = {}) =>
  Type.Object(properties, { additionalProperties: false, title, description, ...options })

const rules = <T extends TSchema>(title: string, rule: T) =>
  optional(Type.Array(rule, { maxItems: maxRules, title, description: `a list of at most ${maxRules} rules` }))

/** Names end in annotations, lists and messages. */
const name = (title: string) =>
  Type.String({
    pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
    title,
    description: 'a name of lower-case letters, digits, ".", "_" and "-", at most 63 characters long',
  })
const ruleName = name('shown as the reason of a verdict; unique in the policy')
const action = word(actions, 'what it makes of an image with what it catches')

const ecosystems = optional(
  oneOrMore('only packages of these', `an ecosystem like npm or Debian:12, or a list of 1 to ${maxListed}`),
)
const packagePatterns = (title: string) => patterns(`${title}: names, or purls where they begin with pkg:`)
const layersOf = optional(word(layers, 'own: only what the layers above the base brought; default: all'))

export const scopeSchema = mapping(
  {
    registries: patterns('names of declared registries'),
    repositories: patterns('repositories without the host'),
    tags: patterns('tags'),
    labels: optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, description: 'a pattern of values' }), {
        minProperties: 1,
        title: 'labels of the image; it has them all',
        description: 'a mapping of labels to patterns of their values',
      }),
    ),
    platforms: patterns('platforms, linux/amd64'),
    bases: patterns('references or digests of the base'),
    digests: patterns('digests of the images themselves'),
  },
  'some images: those that all of these fit',
  'a mapping with at least one of registries, repositories, tags, labels, platforms, bases, digests',
  { minProperties: 1 },
)

const grace = Type.Union(
  [
    duration('a time in which the rule only warns'),
    mapping(
      {
        period: duration('so long'),
        during: optional(word(['warn', 'ignore'], 'what it does meanwhile; default: warn')),
      },
      'a time and what the rule does in it',
      'a mapping with period and during',
    ),
  ],
  {
    title: 'from the day the fix existed, a time in which the rule acts less',
    description: 'a duration like 14d, or a mapping with period and during (warn, ignore)',
  },
)

const vulnerabilityRule = mapping(
  {
    name: ruleName,
    severity: optional(word(severities, 'at least this bad; what nobody has rated counts as medium')),
    score: optional(
      Type.Number({ minimum: 0, maximum: 10, title: 'CVSS, at least', description: 'a CVSS base score from 0 to 10' }),
    ),
    kev: yesOrNo('whether it is known to be exploited'),
    epss: optional(
      Type.Number({ minimum: 0, maximum: 1, title: 'EPSS, at least', description: 'a probability from 0 to 1' }),
    ),
    fixable: yesOrNo('true: only those with a fix; false: only those without'),
    fixAge: optional(duration('only where the fix has existed at least so long')),
    sources: optional(
      oneOrMore('who says so', `the beginning of advisory ids like GHSA, or a list of 1 to ${maxListed}`),
    ),
    ecosystems,
    ids: patterns('ids of vulnerabilities, aliases too'),
    packages: packagePatterns('only in these packages'),
    expression: expression('CEL over `finding` and `pkg`'),
    action,
    grace: optional(grace),
  },
  'catches the findings for which all that is given holds',
  'a rule with name and action, and conditions',
)

const packageRule = mapping(
  {
    name: ruleName,
    deny: packagePatterns('catches these'),
    allow: packagePatterns('catches all others'),
    licenses: optional(
      mapping(
        {
          deny: patterns('SPDX ids: catches what leaves no choice without one of them'),
          allow: patterns('SPDX ids: catches what needs others'),
          unknown: optional(word(actions, 'where the licence is not known; default: ignore')),
        },
        'catches by licence',
        'a mapping with deny or allow, and unknown',
      ),
    ),
    minimum: optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, description: 'a version in quotes' }), {
        minProperties: 1,
        maxProperties: maxListed,
        title: 'catches older versions',
        description: 'a mapping of names (or purls without version) to versions in quotes',
      }),
    ),
    expression: expression('CEL over `pkg`: catches where it is true'),
    ecosystems,
    action,
  },
  'catches packages',
  'a rule with name and action, and one of deny, allow, licenses, minimum, expression',
)

const checkRule = mapping(
  {
    name: ruleName,
    ids: patterns('ids of checks'),
    level: optional(word(checkLevels, 'at least this level')),
    layers: layersOf,
    undecidable: optional(word(unknownActions, 'what it makes of what the image cannot show; default: ignore')),
    action,
  },
  'catches the benchmark checks that fail',
  'a rule with name and action, and conditions',
)

const secretRule = mapping(
  { name: ruleName, rules: patterns('ids of the rules that find secrets'), layers: layersOf, action },
  'catches secrets',
  'a rule with name and action, and conditions',
)

const baseRule = mapping(
  {
    name: ruleName,
    allow: patterns('the golden list, references or digests: catches all other bases'),
    maxAge: optional(duration('catches bases that were built longer ago')),
    unknown: optional(word(unknownActions, 'where no stored image is the base; default: inconclusive')),
    action,
  },
  'catches what an image is built on',
  'a rule with name and action, and allow or maxAge',
)

const imageRule = mapping(
  {
    name: ruleName,
    maxAge: optional(duration('catches images that were built longer ago')),
    expression: expression('CEL over `image`: catches where it is true'),
    action,
  },
  'catches images as a whole',
  'a rule with name and action, and maxAge or expression',
)

const provenanceRule = mapping(
  {
    name: ruleName,
    signedBy: oneOrMore(
      'catches the image unless one of these keys signed it',
      'the name of a configured key, or a list of 1 to 100',
      100,
    ),
    action,
  },
  'catches images that nobody signed',
  'a rule with name, signedBy and action',
)

const spec = {
  priority: optional(
    Type.Integer({
      minimum: -1000,
      maximum: 1000,
      title: 'of several policies that hold for an image those of higher priority come first; default: 0',
      description: 'a whole number from -1000 to 1000',
    }),
  ),
  scopes: optional(
    Type.Array(scopeSchema, {
      minItems: 1,
      maxItems: 100,
      title: 'it holds for images that are in one of them; default: for all',
      description: 'a list of 1 to 100 scopes',
    }),
  ),
  vulnerabilities: rules('tried in order: the first that fits a finding decides about it', vulnerabilityRule),
  packages: rules('tried in order: the first that fits a package decides about it', packageRule),
  checks: rules('tried in order: the first that fits a check decides about it', checkRule),
  secrets: rules('tried in order: the first that fits a secret decides about it', secretRule),
  base: rules('each says its part', baseRule),
  image: rules('each says its part', imageRule),
  provenance: rules('each says its part', provenanceRule),
  incomplete: optional(word(unknownActions, 'what gaps in the coverage do')),
  staleness: optional(
    mapping(
      {
        maxAge: duration('since a feed was last fetched'),
        action: optional(word(unknownActions, 'what older ones do; default: inconclusive')),
      },
      'how old the advisories may be',
      'a mapping with maxAge and action',
    ),
  ),
}

/** Every `description` completes the sentence "expected …". */
export const policyDocumentSchema = mapping(
  {
    apiVersion: Type.Literal('tallyman.dev/v1', { description: 'tallyman.dev/v1' }),
    kind: Type.Literal('Policy', { description: 'Policy' }),
    metadata: mapping(
      {
        name: name('shown with every verdict'),
        description: optional(
          Type.String({
            minLength: 1,
            maxLength: 500,
            title: 'for people',
            description: 'a text of at most 500 characters',
          }),
        ),
      },
      'what it is called',
      'a mapping with name',
    ),
    spec: mapping(spec, 'what it says', `a mapping with at least one of ${Object.keys(spec).join(', ')}`, {
      minProperties: 1,
    }),
  },
  'A policy of tallyman',
  'a mapping with apiVersion, kind, metadata and spec',
)

/** For editors and other validators (docs/policy.schema.json). What needs the whole document is not in it: unique names, CEL. */
export const policyJsonSchema: Readonly<Record<string, unknown>> = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://tallyman.dev/schemas/policy.schema.json',
  ...policyDocumentSchema,
}

export type PolicyDocument = Static<typeof policyDocumentSchema>
export type PolicySpec = PolicyDocument['spec']
/** The rules of one kind. */
export type Rules<K extends RuleKind> = NonNullable<PolicySpec[K]>

export const ruleKinds = ['vulnerabilities', 'packages', 'checks', 'secrets', 'base', 'image', 'provenance'] as const
type RuleKind = (typeof ruleKinds)[number]
