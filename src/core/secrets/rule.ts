import type { Place } from './place.ts'

/** What a rule's pattern matched. */
export interface Candidate {
  /** The group `secret` of the pattern, or all that it matched; with the group `head` that stands before the keyword. */
  readonly secret: string
  /** One character a byte (latin1). */
  readonly text: string
  /** Where the match begins in it, and where the secret does. */
  readonly start: number
  readonly secretStart: number
  readonly groups: Readonly<Record<string, string | undefined>>
  readonly place: Place
}

/** One kind of secret. A value in one of the lists of rules/, which rules.ts joins. */
export interface SecretRule {
  readonly id: string
  /** What it is, for people: `GitHub token`. */
  readonly title: string
  /** Texts of which one stands in every match: only where one does is the pattern tried. None where `files` is given. */
  readonly keywords: readonly string[]
  /**
   * Sticky, with indices (`dy`): tried `before` characters ahead of the keyword. With `files` it is global (`dg`). All repetitions are bounded, or of a class
   * that what follows is not in: it takes linear time whatever the text is.
   */
  readonly pattern: RegExp
  readonly before?: number
  /**
   * Whether a match can be at the keyword from `start` to `end`: looked at before a text is decoded, which takes as long as
   * to search it. Most files have addresses, and few of these have passwords.
   */
  readonly canBe?: (bytes: Uint8Array, start: number, end: number) => boolean
  /**
   * Where it is tried. `configuration` is too vague for sources: configuration files and statements. `statement`: variables,
   * labels and build instructions.
   */
  readonly scope: 'everything' | 'configuration' | 'statement'
  /** Only in files of these paths: a client's own file, where the examples of documentations count as well. */
  readonly files?: RegExp
  /** True only for what nobody makes up: a checksum. What it proves is told wherever it lies. */
  readonly isProven?: (secret: string) => boolean
  /** Whether it is one by its structure; without, whether it looks random. */
  readonly isSecret?: (candidate: Candidate) => boolean
  /** Instead of the first characters and the length. */
  readonly redact?: (candidate: Candidate) => string
}

/** A rule for tokens that begin with a word of their own and go on with `body`, a class with its repetition. */
export function token(
  id: string,
  title: string,
  keywords: readonly string[],
  body: string,
  more: Pick<SecretRule, 'isProven' | 'isSecret'> & Partial<Pick<SecretRule, 'scope'>> = {},
): SecretRule {
  const prefixes = keywords.map((keyword) => keyword.replace(/[.$/+]/g, String.raw`\$&`)).join('|')
  const pattern = new RegExp(String.raw`(?<![A-Za-z0-9_])(?:${prefixes})${body}(?![A-Za-z0-9_])`, 'yd')
  return { id, title, keywords, pattern, canBe: beginsWord, scope: 'everything', ...more }
}

/** Between a character that is of no word and one that is. */
function beginsWord(bytes: Uint8Array, start: number, end: number): boolean {
  return (start === 0 || !isWord(bytes[start - 1]!)) && end < bytes.length && bytes[end]! > space
}

const space = 0x20

/** Letters, digits and `_`. */
function isWord(byte: number): boolean {
  if (byte < 0x3a) return byte >= 0x30
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || (byte >= 0x61 && byte <= 0x7a)
}
