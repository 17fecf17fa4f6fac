import { TallymanError } from '../../errors.ts'

/** Readers of untrusted manifest and config JSON: what has the wrong type is MANIFEST_INVALID, with the field's name. */
export type JsonObject = Readonly<Record<string, unknown>>

export function invalid(what: string, problem: string): TallymanError {
  return new TallymanError('MANIFEST_INVALID', `${what}: ${problem}`)
}

export function parseJsonObject(bytes: Buffer, what: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new TallymanError('MANIFEST_INVALID', `${what} is not JSON`, {}, { cause: error })
  }
  return asObject(value, what)
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(what, 'must be an object')
  return value as JsonObject
}

export function objectOf(object: JsonObject, key: string, what: string): JsonObject | undefined {
  return isAbsent(object[key]) ? undefined : asObject(object[key], `${what}.${key}`)
}

export function textOf(object: JsonObject, key: string, what: string): string | undefined {
  const value = object[key]
  if (isAbsent(value)) return undefined
  if (typeof value !== 'string') throw invalid(`${what}.${key}`, 'must be text')
  return value
}

export function textsOf(object: JsonObject, key: string, what: string, most: number): string[] | undefined {
  const list = listOf(object, key, what, most)
  if (list?.some((item) => typeof item !== 'string')) throw invalid(`${what}.${key}`, 'must be a list of texts')
  return list as string[] | undefined
}

export function listOf(object: JsonObject, key: string, what: string, most: number): unknown[] | undefined {
  const value = object[key]
  if (isAbsent(value)) return undefined
  if (!Array.isArray(value)) throw invalid(`${what}.${key}`, 'must be a list')
  if (value.length > most)
    throw invalid(`${what}.${key}`, `has ${value.length} entries, more than the limit of ${most}`)
  return value
}

export function textMapOf(object: JsonObject, key: string, what: string): Record<string, string> | undefined {
  const map = objectOf(object, key, what)
  if (!map) return undefined
  const odd = Object.entries(map).find(([, value]) => typeof value !== 'string')
  if (odd) throw invalid(`${what}.${key}`, `the value of ${JSON.stringify(odd[0])} must be text`)
  return map as Record<string, string>
}

/**
 * Container runtimes are written in Go, whose JSON reader takes `Layers` and `layerſ` for `layers`. A document with both
 * would show us one list of layers and the runtime another, so a key that only looks like a known one is refused.
 */
export function refuseLookAlikes(object: JsonObject, known: readonly string[], what: string): void {
  const folded = new Map(known.map((key) => [fold(key), key]))
  for (const key of Object.keys(object)) {
    const meant = folded.get(fold(key))
    if (meant !== undefined && meant !== key)
      throw invalid(what, `has the field ${JSON.stringify(key)} in place of "${meant}"`)
  }
}

function fold(key: string): string {
  return key.toUpperCase().toLowerCase()
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}
