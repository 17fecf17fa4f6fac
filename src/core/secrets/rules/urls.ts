import { isCommonWord, isExample, isReference } from '../plausible.ts'
import type { Candidate, SecretRule } from '../rule.ts'

export const urls: readonly SecretRule[] = [
  {
    id: 'password-in-url',
    title: 'Password in a URL',
    keywords: ['://'],
    pattern:
      /(?<=[A-Za-z0-9]):\/\/(?<user>[^\s:@/?#"'<>`|\\,;(){}[\]]{0,100}):(?<secret>[^\s@/?#"'<>`|\\,;(){}[\]]{3,200})@(?<host>[A-Za-z0-9_.$-]{1,253})/dy,
    canBe: hasUser,
    scope: 'everything',
    isSecret,
  },
]

/**
 * Packages are full of URLs with passwords in their documentation, and everybody may know what is published: only an image's
 * own files count.
 */
function isSecret({ secret, groups, place }: Candidate): boolean {
  const { user = '', host = '' } = groups
  if (place.kind !== 'own' || isReference(secret) || isExample(secret) || isCommonWord(secret)) return false
  // In sources they stand in comments and messages; what is configured is meant.
  if (!place.isConfiguration && madeUpHosts.test(host)) return false
  return secret !== user && !/^\d{1,5}$/.test(secret) && (/[^a-z]/.test(secret) || secret.length >= 8)
}

const madeUpHosts =
  /(?:^|\.)example(?:\.[a-z]{2,3})?$|^(?:host(?:name)?|server|domain|proxy|my[a-z]*|your[a-z]*)(?:\.[a-z]+)*$/i

/** The longest user, password and what is between them. */
const longestUser = 305
const at = 0x40
const slash = 0x2f
const space = 0x20

function hasUser(bytes: Uint8Array, _start: number, end: number): boolean {
  const last = Math.min(bytes.length, end + longestUser)
  for (let i = end; i < last; i++) {
    const byte = bytes[i]!
    if (byte === at) return true
    if (byte === slash || byte <= space) return false
  }
  return false
}
