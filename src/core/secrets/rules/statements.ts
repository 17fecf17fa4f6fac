import { isReference } from '../plausible.ts'
import type { Candidate, SecretRule } from '../rule.ts'
import { cased, nameAround, namesPassword, namesSecret } from '../secret-names.ts'

const quoted = String.raw`"(?<secret>(?:[^"\\\n]|\\.){1,1000})"|'(?<secret>[^'\n]{1,1000})'`

/** What is called like a secret, in what decides how containers run: however it looks, it is there for everybody to read. */
export const secretVariable: SecretRule = {
  id: 'secret-variable',
  title: 'Secret in a variable',
  // A part of every name that namesSecret takes.
  keywords: cased('pass', 'pwd', 'secret', 'key', 'access', 'token', 'cred'),
  pattern: new RegExp(String.raw`[\w.-]{3,70}=(?:${quoted}|(?<secret>[^\s"';|&]{1,1000}))`, 'dy'),
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

function isNamed({ text, start, secret, groups: { name = nameAround(text, start) } }: Candidate): boolean {
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
