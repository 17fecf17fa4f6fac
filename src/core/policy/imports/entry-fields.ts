import { TallymanError } from '../../../errors.ts'
import { readDocument } from '../document-mistakes.ts'

/** Fields of files that other tools have written: what is not of its type counts as not there, and the entry is dropped. */
export type Fields = Readonly<Record<string, unknown>>

/** Entries of one file; nobody has looked at more than that. */
const maxEntries = 10_000

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textIn(fields: Fields, key: string): string | undefined {
  const value = fields[key]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** EXCEPTION_INVALID if there is something else than a list, or more than anybody has looked at. */
export function listIn(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key] ?? []
  if (!Array.isArray(value)) throw invalid(`${key}: expected a list`)
  if (value.length > maxEntries) throw invalid(`${key}: expected a list of at most ${maxEntries} entries`)
  return value
}

/** Texts of a list, undefined where it has anything else. */
export function textsIn(fields: Fields, key: string): readonly string[] | undefined {
  const value = fields[key] ?? []
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
}

export function yamlFields(text: string, source: string): Fields {
  const value = readDocument<unknown>(text, { source, code: 'EXCEPTION_INVALID' }, () => [])
  if (isFields(value)) return value
  throw invalid(`${source}: expected a mapping`)
}

export function jsonIn(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TallymanError('EXCEPTION_INVALID', `${source}: is not JSON`, {}, { cause })
  }
}

export function invalid(message: string): TallymanError {
  return new TallymanError('EXCEPTION_INVALID', message)
}

/** As a message may show it. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** JSON may be nested more deeply than it can be written again. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing'
  } catch {
    return 'a deeply nested value'
  }
}
