import { isJsonObject } from './json-object.ts'

/** As Composer's JSON files name a package, unchecked but for the form of name and version where they are texts. */
export interface ComposerRelease {
  readonly name: unknown
  readonly version: unknown
  readonly license: unknown
}

/**
 * The packages in Composer's JSON files: those in the lists of these names, or in the file itself where it is a list.
 * Names are compared without case; versions stay as they are, as `composer show` prints them: `v6.4.4`, `dev-main`.
 * Metapackages have no files. Undefined where there is no list at all.
 */
export function releasesIn(bytes: Buffer, lists: readonly string[]): readonly ComposerRelease[] | undefined {
  const content = contentOf(bytes)
  const found = Array.isArray(content) ? [content] : isJsonObject(content) ? lists.map((list) => content[list]) : []
  if (!found.some(Array.isArray)) return undefined
  return found
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
    .filter((one) => !isJsonObject(one) || one['type'] !== 'metapackage')
    .map((one) => {
      const { name, version, license } = isJsonObject(one) ? one : {}
      return {
        name: typeof name === 'string' ? name.toLowerCase() : name,
        version,
        license,
      }
    })
}

function contentOf(bytes: Buffer): unknown {
  try {
    const text = bytes.toString()
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}
