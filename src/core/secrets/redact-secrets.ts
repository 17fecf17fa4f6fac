import { searchStatement } from './search.ts'

/** Build instructions are short; one of megabytes is cut, so that nothing in it goes unsearched. */
const longest = 256 * 1024

/**
 * A build instruction as people may see it: what is shown of each secret stands in its place. It may only be shown where it
 * went through this.
 */
export function redactSecrets(text: string): string {
  const bytes = Buffer.from(text.slice(0, longest))
  const end = text.length > longest ? '…' : ''
  const found = searchStatement(bytes)
  if (found.length === 0) return text.length > longest ? `${text.slice(0, longest)}…` : text
  const parts: string[] = []
  let from = 0
  for (const { start, end, redacted } of found) {
    parts.push(bytes.toString('utf8', from, start), redacted)
    from = endOf(bytes, end)
  }
  return parts.join('') + bytes.toString('utf8', from) + end
}

/** What goes on right behind a secret is more of it: a pattern ends at its limit. */
function endOf(bytes: Buffer, end: number): number {
  let at = end
  while (at < bytes.length && isTokenByte(bytes[at]!)) at++
  return at
}

/** Letters, digits and what base64 has beside them. */
function isTokenByte(byte: number): boolean {
  return /[\w+/=-]/.test(String.fromCharCode(byte))
}
