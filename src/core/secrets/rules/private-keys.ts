import { readArmour } from '../private-key.ts'
import type { Candidate, SecretRule } from '../rule.ts'

/** The armour from `-----BEGIN` to its last dash. 16,384-bit RSA keys have 12 KB; nothing is longer. */
const armour =
  /-----BEGIN (?!ENCRYPTED )(?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?<body>[^-]{60,16000}(?:-[^-][^-]{0,16000})?)-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/dy

export const privateKeys: readonly SecretRule[] = [
  {
    id: 'gcp-service-account',
    title: 'Google Cloud service account key',
    keywords: ['"private_key"'],
    pattern: new RegExp(String.raw`"private_key"\s{0,8}:\s{0,8}"(?<secret>${armour.source})`, 'dy'),
    scope: 'everything',
    isSecret: (candidate) => isOfServiceAccount(candidate) && isPrivateKey(candidate),
    redact: redactArmour,
  },
  {
    id: 'private-key',
    title: 'Private key',
    keywords: ['-----BEGIN '],
    pattern: armour,
    scope: 'everything',
    isSecret: isPrivateKey,
    redact: redactArmour,
  },
  {
    id: 'putty-key',
    title: 'PuTTY private key',
    keywords: ['PuTTY-User-Key-File-'],
    pattern:
      /PuTTY-User-Key-File-[1-3]: [a-z0-9-]{3,40}\r?\nEncryption: none\r?\nComment: [^\r\n]{0,300}\r?\nPublic-Lines: \d{1,3}\r?\n(?:[A-Za-z0-9+/=]{1,128}\r?\n){1,99}Private-Lines: \d{1,3}\r?\n(?<secret>(?:[A-Za-z0-9+/=]{1,128}\r?\n){1,199})/dy,
    scope: 'everything',
    isSecret: () => true,
    redact: ({ secret }) => `PuTTY-User-Key-File … (${secret.length} bytes)`,
  },
  {
    id: 'age-key',
    title: 'age secret key',
    keywords: ['AGE-SECRET-KEY-1'],
    pattern: /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}(?![A-Z0-9])/dy,
    scope: 'everything',
  },
]

/** What is around it in the file, which is short. */
function isOfServiceAccount({ text, start }: Candidate): boolean {
  return text.slice(Math.max(0, start - 2000), start + 8000).includes('"service_account"')
}

/**
 * In sources and texts, what has a key's structure; at the beginning of a file and in configuration, everything that is
 * base64 and not protected by a passphrase.
 */
function isPrivateKey({ text, start, groups, place }: Candidate): boolean {
  const key = readArmour(groups.body ?? '')
  if (!key?.isPlain) return false
  if (place.kind === 'published') return key.isStructured && text.slice(0, start).trim() === ''
  return key.isStructured || place.isConfiguration || text.slice(0, start).trim() === ''
}

function redactArmour({ secret }: Candidate): string {
  return `${secret.slice(0, '-----BEGIN'.length)} … (${secret.length} bytes)`
}
