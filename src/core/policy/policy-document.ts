import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { TallymanError } from '../../errors.ts'
import { positionOf } from './document-position.ts'
import { emptyPolicy, type Policy } from './policy.ts'

/** Far more than anybody writes by hand. Some texts take yaml time by the square of their length: 0.6 s at this one. */
const maxCharacters = 64 * 1024
/** As many as typebox collects; the first mistakes say enough. */
const maxMistakes = 8

const severities = ['critical', 'high', 'medium', 'low', 'negligible'] as const
const actions = ['fail', 'warn', 'ignore'] as const
const incompletes = ['inconclusive', 'warn', 'ignore'] as const

/** Names end in annotations, lists and messages. */
const name = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
  description: 'a name of lower-case letters, digits, ".", "_" and "-", at most 63 characters long',
})

const rule = Type.Object(
  {
    name,
    severity: Type.Enum(severities, { description: oneOf(severities) }),
    fixable: Type.Optional(Type.Boolean({ description: 'true or false' })),
    action: Type.Enum(actions, { description: oneOf(actions) }),
  },
  { additionalProperties: false, description: 'a rule with name, severity and action' },
)

const spec = Type.Object(
  {
    vulnerabilities: Type.Array(rule, { maxItems: 1000, description: 'a list of at most 1000 rules' }),
    incomplete: Type.Optional(Type.Enum(incompletes, { description: oneOf(incompletes) })),
  },
  { additionalProperties: false, description: 'a mapping with vulnerabilities and incomplete' },
)

/** Every `description` completes the sentence "expected …". */
const documentSchema = Type.Object(
  {
    apiVersion: Type.Literal('tallyman.dev/v1', { description: 'tallyman.dev/v1' }),
    kind: Type.Literal('Policy', { description: 'Policy' }),
    metadata: Type.Object({ name }, { additionalProperties: false, description: 'a mapping with name' }),
    spec,
  },
  { additionalProperties: false, description: 'a mapping with apiVersion, kind, metadata and spec' },
)
type PolicyDocument = Static<typeof documentSchema>

const validator = Compile(documentSchema)

interface Mistake {
  /** Keys and indexes from the top. */
  readonly path: readonly string[]
  readonly message: string
  /** Where the key is wrong, not its value. */
  readonly atKey?: boolean
}

/** Reads a YAML policy. POLICY_INVALID lists the mistakes, each as `source:line:column: where: what was expected`. */
export function parsePolicy(text: string, source = 'policy'): Policy {
  if (text.length > maxCharacters) throw invalid([`${source}: the document is longer than ${maxCharacters} characters`])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${source}:${line}:${col}`
  }
  const [unreadable] = document.errors
  if (unreadable) throw invalid([`${at(unreadable.pos[0])}: ${firstLine(unreadable.message)}`])

  const value = valueOf(document, source)
  const sound = validator.Check(value)
  const mistakes = sound ? repeatedNames(value) : validator.Errors(value).flatMap(mistakeOf)
  if (sound && mistakes.length === 0) return policyOf(value)
  throw invalid(
    mistakes.slice(0, maxMistakes).map(({ path, message, atKey = false }) => {
      const where = path.length === 0 ? 'the document' : path.join('.')
      return `${at(positionOf(document, path, atKey))}: ${where}: ${message}`
    }),
  )
}

function policyOf({ metadata, spec }: PolicyDocument): Policy {
  return {
    ...emptyPolicy,
    name: metadata.name,
    vulnerabilities: spec.vulnerabilities,
    onIncomplete: spec.incomplete ?? null,
  }
}

/** Aliases are resolved here; too many of them are an attack, and yaml refuses them. */
function valueOf(document: Document.Parsed, source: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw invalid([`${source}: ${error instanceof Error ? firstLine(error.message) : 'unresolvable'}`])
  }
}

function mistakeOf(error: TLocalizedValidationError): Mistake[] {
  const { keyword, schemaPath, message } = error
  const path = segmentsOf(error.instancePath)
  if (keyword === 'required') {
    return error.params.requiredProperties.map((key) => ({ path, message: `expected the key ${key}` }))
  }
  if (keyword === 'additionalProperties') return [] // said by the next, key by key
  if (keyword === 'boolean') {
    // The schema of a key that is not declared is `false`, and lies below that of its mapping.
    const known = Object.keys(schemaAt(schemaPath.replace(/\/additionalProperties$/, '')).properties ?? {})
    return [{ path, message: `unknown key, expected ${oneOf(known)}`, atKey: true }]
  }
  return [{ path, message: `expected ${schemaAt(schemaPath).description ?? message}` }]
}

/** A reason names the rule that gave it. */
function repeatedNames({ spec }: PolicyDocument): Mistake[] {
  const first = new Map<string, number>()
  return spec.vulnerabilities.flatMap(({ name }, index): Mistake[] => {
    const earlier = first.get(name)
    first.set(name, earlier ?? index)
    if (earlier === undefined) return []
    const path = ['spec', 'vulnerabilities', `${index}`, 'name']
    return [{ path, message: `expected a name of its own, rule ${earlier} is called ${name} too` }]
  })
}

interface Described {
  readonly description?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

function schemaAt(schemaPath: string): Described {
  const steps = segmentsOf(schemaPath.replace(/^#/, ''))
  return steps.reduce<unknown>((schema, step) => (schema as Record<string, unknown>)[step], documentSchema) as Described
}

/** JSON pointer (RFC 6901). */
function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
}

function invalid(mistakes: readonly string[]): TallymanError {
  return new TallymanError('POLICY_INVALID', mistakes.join('\n'))
}
