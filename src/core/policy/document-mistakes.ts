import type { TLocalizedValidationError } from 'typebox/error'
import { LineCounter, parseDocument, type Document } from 'yaml'
import { TallymanError, type ErrorCode } from '../../errors.ts'
import { positionOf } from './document-position.ts'

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
}

/** A mistake with its place in the text, both counted from 1; 0 where it has none. */
export interface PlacedMistake {
  readonly line: number
  readonly column: number
  /** `spec.vulnerabilities.0`; empty for the document as a whole. */
  readonly path: string
  readonly message: string
}

/**
 * Reads a YAML (or JSON) document that `mistakesIn` finds nothing wrong with. The error of the given code lists the mistakes
 * as `source:line:column: where: what was expected`, and has them as `details.mistakes`.
 */
export function readDocument<T>(
  text: string,
  { source, code }: { readonly source: string; readonly code: ErrorCode },
  mistakesIn: (value: unknown) => readonly Mistake[],
): T {
  const invalid = (mistakes: readonly PlacedMistake[]) => {
    const lines = mistakes.map(({ line, column, path, message }) => {
      const at = line === 0 ? source : `${source}:${line}:${column}`
      return path === '' ? `${at}: ${message}` : `${at}: ${path}: ${message}`
    })
    return new TallymanError(code, lines.join('\n'), { mistakes })
  }
  const unplaced = { line: 0, column: 0, path: '' }
  if (text.length > maxCharacters) {
    throw invalid([{ ...unplaced, message: `the document is longer than ${maxCharacters} characters` }])
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const [unreadable] = document.errors
  if (unreadable) throw invalid([{ ...at(unreadable.pos[0]), path: '', message: firstLine(unreadable.message) }])

  const value = valueOf(document)
  if ('unresolvable' in value) throw invalid([{ ...unplaced, message: value.unresolvable }])
  const mistakes = mistakesIn(value.is)
  if (mistakes.length === 0) return value.is as T
  throw invalid(
    mistakes.slice(0, maxMistakes).map(({ path, message, atKey = false }) => ({
      ...at(positionOf(document, path, atKey)),
      path: path.length === 0 ? 'the document' : path.join('.'),
      message,
    })),
  )
}

/** What typebox says, in sentences: every `description` of the schema completes "expected …". */
export function schemaMistakes(schema: object, errors: readonly TLocalizedValidationError[]): Mistake[] {
  return errors.flatMap(({ keyword, schemaPath, message, instancePath, params }): Mistake[] => {
    const path = segmentsOf(instancePath)
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

function oneOf(words: readonly string[]): string {
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
