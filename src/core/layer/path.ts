import { isUtf8 } from 'node:buffer'

/*
 * Paths are text that stands for bytes, one to one. Valid UTF-8 without control characters is itself. In every other
 * name each control character, and (where the bytes are not UTF-8, or already use the range) each byte from 0x80 up,
 * becomes the private-use character U+EF00 + byte. So two different names never become one path, a newline in a name
 * cannot forge a line of `LayerFacts.files`, and a path survives JSON and a database.
 */
const escapeBase = 0xef00
const plain = /^[\x20-\x7e]*$/
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const control = /[\x00-\x1f\x7f]/g
const privateUse = /[\uef00-\uefff]/

/** The text of the name in `bytes[from, to)`. */
export function nameOf(bytes: Buffer, from: number, to: number): string {
  const latin1 = bytes.toString('latin1', from, to)
  // All but a few names end here: one test instead of validation and a second decoding.
  if (plain.test(latin1)) return latin1
  const text = isUtf8(bytes.subarray(from, to)) ? bytes.toString('utf8', from, to) : undefined
  if (text === undefined || privateUse.test(text)) return latin1.replaceAll(/[^\x20-\x7e]/g, escaped)
  return text.replaceAll(control, escaped)
}

function escaped(character: string): string {
  return String.fromCharCode(escapeBase + character.charCodeAt(0))
}

// A leading or trailing slash, an empty, `.` or `..` segment.
const irregular = /(?:^|\/)\.{0,2}(?:\/|$)/

/** Without leading and trailing slash, `.` and empty segments; `..` goes up but not beyond the root. '' is the root itself. */
export function normalisePath(name: string): string {
  // Most builders write `usr/bin/env`, some `./usr/bin/env` or `usr/bin/`: no need to split for them.
  const start = name.startsWith('./') ? 2 : 0
  const end = name.endsWith('/') ? name.length - 1 : name.length
  const trimmed = start < end ? name.slice(start, end) : ''
  if (!irregular.test(trimmed)) return trimmed
  const segments: string[] = []
  for (const segment of name.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return segments.join('/')
}

export function basenameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
