import type { VersionScheme } from '../version-scheme.ts'
import { compareDigits, comparing, versionText } from './order.ts'

/** `[epoch:]upstream[-revision]` as deb-version(7) orders it. Characters that dpkg only warns of are let through. */
export const dpkg: VersionScheme = {
  name: 'dpkg',
  compare: comparing(
    parse,
    (left, right) =>
      compareDigits(left.epoch, right.epoch) ||
      comparePart(left.upstream, right.upstream) ||
      comparePart(left.revision, right.revision),
  ),
}

interface Parsed {
  readonly epoch: string
  readonly upstream: string
  readonly revision: string
}

function parse(version: string): Parsed | undefined {
  const text = versionText(version)
  if (!/^[!-~]+$/.test(text)) return undefined
  const colon = text.indexOf(':')
  const epoch = colon < 0 ? '0' : text.slice(0, colon)
  if (!/^[0-9]+$/.test(epoch)) return undefined
  const rest = text.slice(colon + 1)
  const hyphen = rest.lastIndexOf('-')
  const upstream = hyphen < 0 ? rest : rest.slice(0, hyphen)
  const revision = hyphen < 0 ? '' : rest.slice(hyphen + 1)
  if (upstream === '' || (hyphen >= 0 && revision === '')) return undefined
  return { epoch, upstream, revision }
}

/** Text runs and digit runs in turn, beginning with text; a missing revision is empty and equals `0`. */
function comparePart(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    while (isText(a, i) || isText(b, j)) {
      const order = weight(a, i) - weight(b, j)
      if (order !== 0) return order
      i++
      j++
    }
    const endOfA = digitsEnd(a, i)
    const endOfB = digitsEnd(b, j)
    const order = compareDigits(a.slice(i, endOfA), b.slice(j, endOfB))
    if (order !== 0) return order
    i = endOfA
    j = endOfB
  }
  return 0
}

const ZERO = 48
const NINE = 57
const TILDE = 126

/** `~` before the end, the end and digits before letters, letters before everything else. */
function weight(text: string, index: number): number {
  if (index >= text.length) return 0
  const code = text.charCodeAt(index)
  if (code >= ZERO && code <= NINE) return 0
  if (code === TILDE) return -1
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ? code : code + 256
}

function isText(text: string, index: number): boolean {
  if (index >= text.length) return false
  const code = text.charCodeAt(index)
  return code < ZERO || code > NINE
}

function digitsEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && !isText(text, end)) end++
  return end
}
