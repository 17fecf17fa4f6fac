export type JsonObject = Readonly<Record<string, unknown>>

/** The object that a JSON file holds, with or without a byte order mark; undefined for everything else. */
export function jsonObjectIn(bytes: Buffer): JsonObject | undefined {
  const text = bytes.toString()
  return jsonObjectOf(text.startsWith('\uFEFF') ? text.slice(1) : text)
}

export function jsonObjectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of an object that are objects themselves; none where the value is something else. */
export function membersOf(value: unknown): readonly (readonly [key: string, member: JsonObject])[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) => (isJsonObject(member) ? [[key, member] as const] : []))
}
