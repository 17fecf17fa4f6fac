import { Type } from '@fastify/type-provider-typebox'
import { checkLevels } from '../../core/benchmark/check.ts'
import type { StoredPolicy, Version } from '../../adapters/store/rule-records.ts'
import type { ListedPolicy } from '../../flows/change-policies.ts'
import type { Action, Policy, Scope, StalenessRule, UnknownAction } from '../../core/policy/policy.ts'
import { severities } from './finding.ts'
import { list, named, nullable, orNull, shape, text, texts, word } from './shape.ts'

type RuleOf<K extends 'vulnerabilities' | 'packages' | 'checks' | 'secrets' | 'base' | 'image' | 'provenance'> =
  Policy[K][number]

const action = word<Action>(['fail', 'warn', 'ignore'])
const unknownAction = word<UnknownAction>(['inconclusive', 'fail', 'warn', 'ignore'])
const layers = word(['own', 'all'])
const number = Type.Number()
const maybe = Type.Optional

/** A mapping of texts to texts: labels, versions. */
const textByName = Type.Record(Type.String(), Type.String())

const scope = shape<Scope>({
  registries: maybe(texts),
  repositories: maybe(texts),
  tags: maybe(texts),
  labels: maybe(textByName),
  platforms: maybe(texts),
  bases: maybe(texts),
  digests: maybe(texts),
})

const vulnerabilityRule = shape<RuleOf<'vulnerabilities'>>({
  name: text,
  action,
  severity: maybe(word(severities)),
  score: maybe(number),
  kev: maybe(Type.Boolean()),
  epss: maybe(number),
  fixable: maybe(Type.Boolean()),
  fixDays: maybe(number),
  sources: maybe(texts),
  ecosystems: maybe(texts),
  vulnerabilities: maybe(texts),
  packages: maybe(texts),
  expression: maybe(text),
  grace: maybe(
    shape<NonNullable<RuleOf<'vulnerabilities'>['grace']>>({ days: number, during: word(['warn', 'ignore']) }),
  ),
})

const packageRule = shape<RuleOf<'packages'>>({
  name: text,
  action,
  deny: maybe(texts),
  allow: maybe(texts),
  licenses: maybe(
    shape<NonNullable<RuleOf<'packages'>['licenses']>>({ deny: maybe(texts), allow: maybe(texts), unknown: action }),
  ),
  minimum: maybe(textByName),
  expression: maybe(text),
  ecosystems: maybe(texts),
})

const checkRule = shape<RuleOf<'checks'>>({
  name: text,
  action,
  ids: maybe(texts),
  level: maybe(word(checkLevels)),
  layers,
  undecidable: unknownAction,
})

/**
 * What a policy document says, in the words of the code: durations are numbers, lists are lists, defaults are written out; and where it
 * comes from.
 */
export const policySchema = named(
  'Policy',
  shape<ListedPolicy>({
    name: text,
    description: nullable('string'),
    priority: Type.Integer(),
    scopes: list(scope),
    vulnerabilities: list(vulnerabilityRule),
    packages: list(packageRule),
    checks: list(checkRule),
    secrets: list(shape<RuleOf<'secrets'>>({ name: text, action, rules: maybe(texts), layers })),
    base: list(
      shape<RuleOf<'base'>>({
        name: text,
        action,
        allow: maybe(texts),
        maxDays: maybe(number),
        unknown: unknownAction,
      }),
    ),
    image: list(shape<RuleOf<'image'>>({ name: text, action, maxDays: maybe(number), expression: maybe(text) })),
    provenance: list(shape<RuleOf<'provenance'>>({ name: text, action, signedBy: texts })),
    onIncomplete: orNull(unknownAction),
    staleness: orNull(shape<StalenessRule>({ maxHours: number, action: unknownAction })),
    origin: word(['built-in', 'configuration', 'store']),
    updatedAt: nullable('string'),
    document: nullable('string'),
    problem: nullable('string'),
  }),
)

export const policyVersionSchema = shape<Version<StoredPolicy>>({
  value: shape<StoredPolicy>({ name: text, document: text, fingerprint: text, updatedAt: text }),
  since: text,
  until: nullable('string'),
})
