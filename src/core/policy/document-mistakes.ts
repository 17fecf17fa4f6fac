import type { TLocalizedValidationError } from 'typebox/error'
import { LineCounter, parseAllDocuments, parseDocument, type Document } from 'yaml'
import { TallymanError, type ErrorCode } from '../../errors.ts'
import { positionOf, positionWithin } from './document-position.ts'

/** Far more than anybody writes by hand. Some texts take yaml time by the square of their length: 0.6 s at this one. */
const maxCharacters = 64 * 1024
/** As many as typebox collects; the first mistakes say enough. */
const maxMistakes = 8

export interface Mistake {
  /** Keys and indexes from the top. */
  readonly path: readonly string[]
  readonly message: string
  /** Where the key is wrong, not its value. */
  readonly atKey?: boolean
  /** Where in the text at `path`. */
  readonly within?: number
}

/** A mistake with its place in the text, both counted from 1; 0 where it has none. */
export interface PlacedMistake {
  readonly line: number
  readonly column: number
  /** `spec.vulnerabilities.0`; empty for the document as a whole. */
  readonly path: string
  readonly message: string
}

interface Source {
  /** Of the text, for the messages. */
  readonly source: string
  readonly code: ErrorCode
}

interface ReadDocument<T> {
  readonly value: T
  place(mistake: Mistake): PlacedMistake
}

/**
 * Reads a YAML (or JSON) document that `mistakesIn` finds nothing wrong with. The error of the given code lists the mistakes
 * as `source:line:column: where: what was expected`, and has them as `details.mistakes`.
 */
export function readDocument<T>(text: string, from: Source, mistakesIn: (value: unknown) => readonly Mistake[]): T {
  const [first, second] = readDocuments<T>(text, from, mistakesIn)
  if (second) throw invalid(from, [second.place({ path: [], message: 'expected one document, this is another' })])
  return (first as ReadDocument<T>).value
}

/** The same of one or more documents, separated by `---`; empty ones between them do not count. At least one. */
export function readDocuments<T>(
  text: string,
  from: Source,
  mistakesIn: (value: unknown) => readonly Mistake[],
): readonly ReadDocument<T>[] {
  const unplaced = { line: 0, column: 0, path: '' }
  if (text.length > maxCharacters) {
    throw invalid(from, [{ ...unplaced, message: `the document is longer than ${maxCharacters} characters` }])
  }
  const lines = new LineCounter()
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const read = documentsOf(text, lines).map((document) => {
    const [unreadable] = document.errors
    if (unreadable)
      throw invalid(from, [{ ...at(unreadable.pos[0]), path: '', message: firstLine(unreadable.message) }])
    const value = valueOf(document)
    if ('unresolvable' in value) throw invalid(from, [{ ...unplaced, message: value.unresolvable }])
    const place = ({ path, message, atKey = false, within }: Mistake) => ({
      ...at(within === undefined ? positionOf(document, path, atKey) : positionWithin(document, text, path, within)),
      path: path.length === 0 ? 'the document' : path.join('.'),
      message,
    })
    return { value: value.is as T, place }
  })
  const mistakes = read.flatMap(({ value, place }) => mistakesIn(value).map(place))
  if (mistakes.length > 0) throw invalid(from, mistakes.slice(0, maxMistakes))
  return read
}

function documentsOf(text: string, lines: LineCounter): readonly Document.Parsed[] {
  const all = parseAllDocuments(text, { lineCounter: lines, logLevel: 'error' })
  const documents: readonly Document.Parsed[] = 'empty' in all ? [] : all
  const written = documents.filter(({ contents, errors }) => errors.length > 0 || !isEmpty(contents))
  if (written.length > 0) return written
  return [documents[0] ?? parseDocument('', { lineCounter: lines })]
}

/** Nothing between two `---`: a scalar that is not there has no length. */
function isEmpty(contents: Document.Parsed['contents']): boolean {
  return contents === null || contents.range[0] === contents.range[1]
}

/** `source:line:column: where: what was expected`. */
export function mistakeLine(source: string, { line, column, path, message }: PlacedMistake): string {
  const at = line === 0 ? source : `${source}:${line}:${column}`
  return path === '' ? `${at}: ${message}` : `${at}: ${path}: ${message}`
}

function invalid({ source, code }: Source, mistakes: readonly PlacedMistake[]): TallymanError {
  return new TallymanError(code, mistakes.map((mistake) => mistakeLine(source, mistake)).join('\n'), { mistakes })
}

/**
 * What typebox says, in sentences: every `description` of the schema completes "expected …". Of what may be one thing or
 * another the description of both is said, once, wherever in it the fault lies.
 */
export function schemaMistakes(schema: object, errors: readonly TLocalizedValidationError[]): Mistake[] {
  const unions = new Set<string>()
  return errors.flatMap((error): Mistake[] => {
    const { keyword, schemaPath, message, params } = error
    const [union, branch] = schemaPath.split('/anyOf/', 2)
    if (union !== undefined && (branch !== undefined || keyword === 'anyOf')) {
      const path = segmentsOf(error.instancePath).slice(0, depthOf(union))
      const key = path.join('\n')
      if (unions.has(key)) return []
      unions.add(key)
      return [{ path, message: `expected ${schemaAt(schema, union).description ?? message}` }]
    }
    const path = segmentsOf(error.instancePath)
    if (keyword === 'required') {
      return (params as { requiredProperties: readonly string[] }).requiredProperties.map((key) => ({
        path,
        message: `expected the key ${key}`,
      }))
    }
    if (keyword === 'additionalProperties') return [] // said by the next, key by key
    if (keyword === 'boolean') {
      // The schema of a key that is not declared is `false`, and lies below that of its mapping.
      const known = Object.keys(schemaAt(schema, schemaPath.replace(/\/additionalProperties$/, '')).properties ?? {})
      return [{ path, message: `unknown key, expected ${oneOf(known)}`, atKey: true }]
    }
    return [{ path, message: `expected ${schemaAt(schema, schemaPath).description ?? message}` }]
  })
}

/** How many keys and indexes of the value a path of the schema stands for. */
function depthOf(schemaPath: string): number {
  let depth = 0
  const segments = segmentsOf(schemaPath.replace(/^#/, ''))
  for (let at = 0; at < segments.length; at += 1) {
    const named = segments[at] === 'properties' || segments[at] === 'patternProperties'
    depth += 1
    if (named) at += 1 // the name
  }
  return depth
}

export function oneOf(words: readonly string[]): string {
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`
}

/** Aliases are resolved here; too many of them are an attack, and yaml refuses them. */
function valueOf(document: Document.Parsed): { readonly is: unknown } | { readonly unresolvable: string } {
  try {
    return { is: document.toJS() }
  } catch (error) {
    return { unresolvable: error instanceof Error ? firstLine(error.message) : 'unresolvable' }
  }
}

interface Described {
  readonly description?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

function schemaAt(top: object, schemaPath: string): Described {
  const steps = segmentsOf(schemaPath.replace(/^#/, ''))
  return steps.reduce<unknown>((schema, step) => (schema as Record<string, unknown>)[step], top) as Described
}

/** JSON pointer (RFC 6901). */
function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
}
