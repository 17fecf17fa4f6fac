import { isDigest } from '../image/digest.ts'

/** Without tag and digest, which the next build changes; of a folder or file, without what leads to the root. */
export function nameOf(reference: string): string {
  if (isDigest(reference)) return reference // nobody knows it by another name
  return reference
    .replace(/@[^@/]*$/, '')
    .replace(/:[^:/]*$/, '')
    .replace(/^[./]+/, '')
}

/** A path as a relative URI (RFC 3986): without scheme, authority or leading slash, whatever a hostile name has in it. */
export function uriOf(path: string): string {
  const segments = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..')
  return segments.length === 0 ? '%2F' : segments.map(segment).join('/')
}

export const segment = (name: string): string => encodeURIComponent(name.toWellFormed())

/**
 * A message as SARIF reads it (3.11.5, 3.11.6): braces stand for arguments unless they are doubled, and `[a](b)` is a link. Names
 * from images must be neither.
 */
export function text(message: string): { readonly text: string } {
  return { text: message.replaceAll('](', '] (').replaceAll(/[{}]/g, '$&$&') }
}
