/** What an expression can be asked about: each has its own variables. */
export type ExpressionKind = 'finding' | 'package' | 'image'

/** CEL's types as far as expressions need them. `nothing` is the element of `[]`, and fits every type. */
export interface ExpressionType {
  readonly name: ScalarName | 'list' | 'map' | 'object'
  /** It can be null, which most operators refuse. */
  readonly nullable?: boolean
  /** Of a list its elements, of a map (whose keys are strings) its values. */
  readonly element?: ExpressionType
  /** Of an object, by name. */
  readonly fields?: Readonly<Record<string, ExpressionType>>
}

export type ScalarName = 'bool' | 'int' | 'double' | 'string' | 'null' | 'timestamp' | 'duration' | 'nothing'

const bool: ExpressionType = { name: 'bool' }
const int: ExpressionType = { name: 'int' }
const string: ExpressionType = { name: 'string' }

export const listOf = (element: ExpressionType): ExpressionType => ({ name: 'list', element })
const orNull = (type: ExpressionType): ExpressionType => ({ ...type, nullable: true })
const object = (fields: Readonly<Record<string, ExpressionType>>): ExpressionType => ({ name: 'object', fields })

const finding = object({
  vulnerability: string,
  aliases: listOf(string),
  advisories: listOf(string),
  severity: string,
  score: orNull({ name: 'double' }),
  fixed: orNull(string),
  fixable: bool,
  fixDays: orNull(int),
  published: orNull(string),
  kev: bool,
  epss: orNull({ name: 'double' }),
})

const packageFields = {
  name: string,
  version: string,
  type: string,
  ecosystem: string, // empty where none is known
  source: string, // the package's own name where it has none
  purl: string,
}

const image = object({
  digest: string,
  platform: string,
  created: orNull(string),
  ageDays: orNull(int),
  size: int,
  labels: { name: 'map', element: string },
  places: listOf(object({ registry: string, repository: string, tags: listOf(string) })),
  base: orNull(object({ digest: string, references: listOf(string) })),
  distro: orNull(object({ id: string, version: string })),
  findings: object({ critical: int, high: int, medium: int, low: int, unknown: int, fixable: int }),
  checks: listOf(object({ id: string, status: string, level: string })),
  secrets: listOf(object({ rule: string, layer: int })),
  signatures: listOf(string),
})

/** The variables of each kind by the name that expressions give them: see `givenNames`. */
export const expressionVariables: Readonly<Record<ExpressionKind, Readonly<Record<string, ExpressionType>>>> = {
  finding: { finding, pkg: object(packageFields) },
  package: { pkg: object({ ...packageFields, licenses: listOf(string) }) },
  image: { image },
}

/** A package is called `pkg` in an expression, for CEL keeps the word `package` for itself; who evaluates gives a `package`. */
export const givenNames: Readonly<Record<string, string>> = { pkg: 'package' }
