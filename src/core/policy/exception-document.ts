import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { readDocument, schemaMistakes, type Mistake } from './document-mistakes.ts'
import type { Exception } from './exception.ts'
import { scopeOf } from './policy-document.ts'
import { scopeSchema } from './policy-schema.ts'
import { momentOf } from './rfc3339.ts'

/** What an exception has to keep to, beside its form. */
export interface ExceptionRules {
  /** RFC 3339: what is over by now is refused, and an exception holds from now on unless it says otherwise. */
  readonly now: string
  /** It ends at the latest so many days from now. */
  readonly maxDays: number
  /** `required`: somebody else than its owner has to approve it later; `none`: it holds by its owner's word. */
  readonly approval: 'required' | 'none'
}

const dayMs = 86_400_000

/** Of each list: an exception that names more is not one that somebody has looked at. */
export const maxNamed = 1_000

/** An exception names what it excepts: there are no wildcards in ids. */
export const vulnerabilityId = /^[A-Za-z0-9][A-Za-z0-9._:-]{1,99}$/
export const packageName = /^[^*\s]{1,500}$/
/** Also of a rule that finds secrets. */
export const checkId = /^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$/

/** OpenVEX's reasons why something is not affected. With one, the exception says more than that the risk is taken. */
const justifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const

const sentence = (description: string, maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '\\S', description })

const listOf = <T extends ReturnType<typeof Type.String>>(item: T, description: string) =>
  Type.Optional(Type.Array(item, { minItems: 1, maxItems: maxNamed, description }))

const spec = Type.Object(
  {
    vulnerabilities: listOf(
      Type.String({
        pattern: vulnerabilityId.source,
        description: 'the id of a vulnerability or advisory, without wildcards',
      }),
      `a list of 1 to ${maxNamed} ids of vulnerabilities`,
    ),
    packages: listOf(
      Type.String({
        pattern: packageName.source,
        description: 'the name of a package, or its purl, without wildcards',
      }),
      `a list of 1 to ${maxNamed} names or purls of packages`,
    ),
    checks: listOf(
      Type.String({
        pattern: checkId.source,
        description: 'the id of a check, without wildcards',
      }),
      `a list of 1 to ${maxNamed} ids of checks`,
    ),
    secrets: Type.Optional(
      Type.Array(
        Type.Object(
          {
            rule: Type.String({
              pattern: checkId.source,
              description: 'the id of a rule that finds secrets, without wildcards',
            }),
            path: Type.String({ minLength: 1, maxLength: 1_000, description: 'a path or a pattern of paths' }),
          },
          { additionalProperties: false, description: 'a mapping with rule and path' },
        ),
        { minItems: 1, maxItems: maxNamed, description: `a list of 1 to ${maxNamed} mappings with rule and path` },
      ),
    ),
    // Its schema depends on what it is: see scopeMistakes.
    scope: Type.Optional(Type.Unknown()),
    scopes: Type.Optional(
      Type.Array(scopeSchema, { minItems: 1, maxItems: 100, description: 'a list of 1 to 100 scopes' }),
    ),
    reason: sentence('a reason, of at most 2000 characters', 2_000),
    owner: sentence('who answers for it, in at most 200 characters', 200),
    from: Type.Optional(sentence('a date or an RFC 3339 time', 40)),
    until: sentence('a date or an RFC 3339 time', 40),
    justification: Type.Optional(Type.Enum(justifications, { description: `one of ${justifications.join(', ')}` })),
    approvedBy: Type.Optional(sentence('who approved it, in at most 200 characters', 200)),
  },
  { additionalProperties: false, description: 'a mapping with what is excepted, scope, reason, owner and until' },
)

const documentSchema = Type.Object(
  {
    apiVersion: Type.Literal('tallyman.dev/v1', { description: 'tallyman.dev/v1' }),
    kind: Type.Literal('Exception', { description: 'Exception' }),
    metadata: Type.Object(
      {
        name: Type.String({
          pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
          description: 'a name of lower-case letters, digits, ".", "_" and "-", at most 63 characters long',
        }),
      },
      { additionalProperties: false, description: 'a mapping with name' },
    ),
    spec,
  },
  { additionalProperties: false, description: 'a mapping with apiVersion, kind, metadata and spec' },
)
type ExceptionDocument = Static<typeof documentSchema>
type ScopeDocument = Static<typeof scopeSchema>

const validator = Compile(documentSchema)
const scopeValidator = Compile(scopeSchema)

/** Reads a YAML or JSON exception. EXCEPTION_INVALID lists the mistakes, each as `source:line:column: where: what was expected`. */
export function parseException(text: string, rules: ExceptionRules, source = 'exception'): Exception {
  const document = readDocument<ExceptionDocument>(text, { source, code: 'EXCEPTION_INVALID' }, (value) =>
    validator.Check(value)
      ? [...namingMistakes(value.spec), ...scopeMistakes(value.spec), ...timeMistakes(value.spec, rules)]
      : schemaMistakes(documentSchema, validator.Errors(value)),
  )
  return exceptionOf(document, rules)
}

function exceptionOf({ metadata, spec }: ExceptionDocument, { now, approval }: ExceptionRules): Exception {
  const { vulnerabilities = [], packages = [], checks = [], secrets = [] } = spec
  const scopes = spec.scopes ?? (spec.scope === 'everywhere' ? [] : [spec.scope as ScopeDocument])
  return {
    id: metadata.name,
    vulnerabilities,
    packages,
    checks,
    secrets,
    scopes: scopes.map(scopeOf),
    reason: spec.reason.trim(),
    owner: spec.owner.trim(),
    from: spec.from === undefined ? now : (momentOf(spec.from) ?? now),
    until: momentOf(spec.until) ?? now,
    approvedBy: approval === 'required' ? null : (spec.approvedBy ?? spec.owner).trim(),
    by: 'exception',
    status: spec.justification === undefined ? null : 'not_affected',
    justification: spec.justification ?? null,
  }
}

type Spec = ExceptionDocument['spec']

function namingMistakes({ vulnerabilities, packages, checks, secrets }: Spec): Mistake[] {
  if (!vulnerabilities && !checks && !secrets) {
    return [
      { path: ['spec'], message: 'expected one of the keys vulnerabilities, checks, secrets: it excepts nothing' },
    ]
  }
  if (packages && !vulnerabilities) {
    const message = 'expected the key vulnerabilities beside packages: it says in which packages those are excepted'
    return [{ path: ['spec', 'packages'], message, atKey: true }]
  }
  return []
}

/** Wide as the world only where that is said. */
function scopeMistakes({ scope: one, scopes }: Spec): Mistake[] {
  if (one === undefined && scopes === undefined) {
    return [{ path: ['spec'], message: 'expected the key scope; write `scope: everywhere` for every image' }]
  }
  if (one !== undefined && scopes !== undefined) {
    return [{ path: ['spec', 'scopes'], message: 'expected either scope or scopes, not both', atKey: true }]
  }
  if (one === undefined || one === 'everywhere' || scopeValidator.Check(one)) return []
  return schemaMistakes(scopeSchema, scopeValidator.Errors(one)).map(({ path, message, ...place }) => ({
    ...place,
    path: ['spec', 'scope', ...path],
    message: path.length === 0 ? `${message}, or the word everywhere` : message,
  }))
}

function timeMistakes({ from, until, approvedBy }: Spec, { now, maxDays, approval }: ExceptionRules): Mistake[] {
  const mistakes: Mistake[] = []
  const mistake = (key: string, message: string) => void mistakes.push({ path: ['spec', key], message })
  const start = from === undefined ? now : momentOf(from)
  const end = momentOf(until)
  const latest = new Date(Date.parse(now) + maxDays * dayMs).toISOString()
  if (start === undefined) mistake('from', 'expected a date or an RFC 3339 time')
  if (end === undefined) mistake('until', 'expected a date or an RFC 3339 time')
  else if (end <= now) mistake('until', `expected a time to come: it would be over already (now is ${now})`)
  else if (end > latest) mistake('until', `expected ${latest} at the latest: exceptions last ${maxDays} days at most`)
  else if (start !== undefined && end <= start) mistake('until', `expected a time after from, ${start}`)
  if (approvedBy !== undefined && approval === 'required') {
    const message = 'unknown key here: an exception is approved after it was handed in, by somebody else than its owner'
    mistakes.push({ path: ['spec', 'approvedBy'], message, atKey: true })
  }
  return mistakes
}
