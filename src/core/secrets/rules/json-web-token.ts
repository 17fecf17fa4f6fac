import type { Candidate, SecretRule } from '../rule.ts'

export const jsonWebTokens: readonly SecretRule[] = [
  {
    id: 'json-web-token',
    title: 'JSON web token',
    keywords: ['eyJ'],
    pattern:
      /(?<![\w.+/=-])(?<secret>(?<header>eyJ[A-Za-z0-9_-]{10,1000})\.(?<payload>eyJ[A-Za-z0-9_-]{10,4000})\.[A-Za-z0-9_-]{20,1500})(?![\w-])/dy,
    scope: 'everything',
    isSecret,
  },
]

/** Both parts are JSON, and it is not one of those that documentations show: of John Doe, or without a claim that it grants anything. */
function isSecret({ groups, place }: Candidate): boolean {
  if (place.kind !== 'own') return false
  const header = jsonOf(groups.header)
  const payload = jsonOf(groups.payload)
  if (!header || !payload || typeof header.alg !== 'string' || header.alg === 'none') return false
  return claims.some((claim) => claim in payload) && payload.name !== 'John Doe' && payload.sub !== '1234567890'
}

/** Of which a token that somebody accepts has one at least. */
const claims = ['iss', 'sub', 'aud', 'exp', 'iat', 'role', 'scope']

function jsonOf(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
