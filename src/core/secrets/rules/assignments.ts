import { isExample, isPassword, isRandomToken, isReference } from '../plausible.ts'
import type { Candidate, SecretRule } from '../rule.ts'
import { cased, nameAround, namesPassword, namesSecret } from '../secret-names.ts'

/** The group `secret` of whichever way of quoting is there. */
const value = String.raw`(?:"(?<secret>[^"\r\n]{1,256})"|'(?<secret>[^'\r\n]{1,256})'|(?<secret>[^\s"',;)]{1,256}))`

/** What no format tells: a name that says so, in configuration of the image's own. */
export const assignments: readonly SecretRule[] = [
  {
    id: 'authorization-header',
    title: 'Authorization header',
    keywords: ['uthorization'],
    pattern:
      /uthorization["']?\s{0,4}[:=]\s{0,4}["']?(?:[Bb]earer|[Bb]asic|[Tt]oken)\s{1,4}(?<secret>[A-Za-z0-9_.+/=~-]{12,2000})/dy,
    scope: 'configuration',
    isSecret: ({ secret, place }) => place.kind === 'own' && isRandomToken(secret),
  },
  {
    id: 'password-for-chpasswd',
    title: 'Password of an account',
    keywords: ['chpasswd'],
    before: 120,
    pattern:
      /[^]{0,120}?(?:echo|printf)\s{1,8}(?:-\w{1,3}\s{1,8})?["']?[a-z_][\w-]{0,31}:(?<secret>[^\s"'|]{1,100})["']?\s{0,8}\|\s{0,8}(?:sudo\s)?chpasswd/dy,
    scope: 'configuration',
    isSecret: ({ secret, place }) => place.kind === 'own' && !isReference(secret),
  },
  {
    id: 'password-in-command',
    title: 'Password in a command',
    keywords: ['-u ', '--user ', '--password ', '--password=', 'sshpass -p'],
    pattern:
      /(?:(?:-u|--user) ["']?[^\s:"'$]{1,100}:|--password[ =]["']?|sshpass -p ?["']?)(?<secret>[^\s"'$<>{}]{3,200})/dy,
    scope: 'configuration',
    isSecret: isInCommand,
  },
  {
    id: 'password-element',
    title: 'Password in configuration',
    keywords: ['assword>'],
    pattern: /assword>(?<secret>[^<\s]{1,200})<\//dy,
    scope: 'configuration',
    isSecret: ({ secret, place }) => place.kind === 'own' && isPassword(secret),
  },
  {
    id: 'defined-secret',
    title: 'Secret in PHP configuration',
    keywords: ['define('],
    pattern: /define\(\s{0,8}["'](?<name>[A-Z][A-Z0-9_]{2,60})["']\s{0,8},\s{0,8}["'](?<secret>[^"'\r\n]{1,200})["']/dy,
    scope: 'configuration',
    isSecret: ({ secret, place, groups: { name = '' } }) => place.kind === 'own' && isValueOf(name, secret),
  },
  {
    id: 'secret-in-configuration',
    title: 'Secret in configuration',
    keywords: cased(
      'password',
      'passwd',
      'passphrase',
      'secret',
      'token',
      'api_key',
      'apikey',
      'apiKey',
      'api-key',
      'access_key',
      'accessKey',
      'private_key',
      '_pass',
      '_pwd',
      'dbpass',
      'encryption_key',
      'signing_key',
    ),
    pattern: new RegExp(String.raw`[\w.-]{4,44}["']?\]?\s{0,8}(?:=>|:=|[:=])\s{0,8}${value}`, 'dy'),
    scope: 'configuration',
    isSecret: isAssigned,
  },
]

/** Of a program that is known to take it so. */
function isInCommand({ text, start, secret, place }: Candidate): boolean {
  if (place.kind !== 'own' || isReference(secret) || isExample(secret)) return false
  return /(?:curl|wget|sshpass|docker|podman|helm|az|skopeo|buildah|registry)\b|^sshpass/.test(
    text.slice(Math.max(0, start - 200), start + 8),
  )
}

function isAssigned({ text, start, secret, place }: Candidate): boolean {
  if (place.kind !== 'own') return false
  return (isPassword(secret) || isRandomToken(secret)) && isValueOf(nameAround(text, start), secret)
}

function isValueOf(name: string, secret: string): boolean {
  if (!namesSecret(name)) return false
  return namesPassword(name) ? isPassword(secret) : isRandomToken(secret)
}
