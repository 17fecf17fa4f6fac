import { isReference } from '../plausible.ts'
import type { Candidate, SecretRule } from '../rule.ts'
import { namesPassword, namesSecret } from '../secret-names.ts'

const quoted = String.raw`"(?<secret>(?:[^"\\\n]|\\.){1,1000})"|'(?<secret>[^'\n]{1,1000})'`

/** A part of every name that namesSecret takes. */
const word =
  '(?:[Pp][Aa][Ss][Ss]|[Pp][Ww][Dd]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Kk][Ee][Yy]|[Aa][Cc][Cc][Ee][Ss][Ss]|[Tt][Oo][Kk][Ee][Nn]|[Cc][Rr][Ee][Dd])'

/** What is called like a secret, in what decides how containers run: however it looks, it is there for everybody to read. */
export const secretVariable: SecretRule = {
  id: 'secret-variable',
  title: 'Secret in a variable',
  keywords: ['='],
  // A switch's or a variable's name goes before it.
  pattern: new RegExp(
    String.raw`(?<=(?<![\w.$-])(?<name>(?:--?)?(?:[A-Za-z_][\w.-]{0,63})?${word}[\w.-]{0,63}))=(?:${quoted}|(?<secret>[^\s"';|&]{1,1000}))`,
    'dy',
  ),
  scope: 'statement',
  isSecret: isNamed,
}

export const statements: readonly SecretRule[] = [
  {
    id: 'secret-option',
    title: 'Secret in a command',
    keywords: [' --'],
    pattern: new RegExp(
      String.raw` --(?<name>(?:[a-z]{1,20}-){0,3}(?:pass(?:word|wd|phrase)?|secret|token|api-?key|private-key|access-key)(?:-[a-z]{1,20}){0,2})\s{1,8}(?:${quoted}|(?<secret>[^\s"';|&]{1,1000}))`,
      'dy',
    ),
    scope: 'statement',
    isSecret: (candidate) => isNamed(candidate) && !/^(?:-|$)/.test(candidate.secret),
  },
  {
    ...secretVariable,
    keywords: ['ENV '],
    pattern: /(?<![\w])ENV\s{1,8}(?<name>[A-Za-z_]\w{2,63})\s{1,8}(?<secret>[^\n]{1,1000})/dy,
  },
  secretVariable,
]

function isNamed({ secret, groups: { name = '' } }: Candidate): boolean {
  return namesSecret(name) && isStated(name, secret)
}

/** Not another variable's value, a file's name or an address; a number only where it is a password. */
export function isStated(name: string, value: string): boolean {
  if (value === '' || isReference(value)) return false
  if (/^(?:\.{0,2}\/[\w./-]*$|[A-Za-z]:\\|https?:\/\/[^@]*$)/.test(value)) return false
  return namesPassword(name) || (!/^[\d.,]*$/.test(value) && !isFingerprints(value))
}

/** Of public keys, which build instructions fetch: `GPGKEYS=…`, `key='…'`. */
function isFingerprints(value: string): boolean {
  return value.split(' ').every((word) => /^(?:0x)?(?:[\dA-F]{16}|[\dA-F]{40})$/.test(word))
}
