import { createHash } from 'node:crypto'

/** PostgreSQL refuses index entries over 2,704 bytes; our widest indexes hold three texts. */
const maxBytes = 800
/** Characters of a longer text that stay readable: at most three bytes each. */
const kept = 200

/**
 * A text as it stands in an index. Names and ids that are longer are no real ones, but one hostile package or advisory must
 * not make a whole image or feed impossible to store: they keep their beginning and a hash.
 */
export function keyText(text: string): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text
  return `${text.slice(0, kept)}… sha256:${createHash('sha256').update(text).digest('hex')}`
}
