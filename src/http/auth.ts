import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { TallymanError } from '../errors.ts'
import type { ApiToken } from './deps.ts'

/**
 * The check of bearer tokens: UNAUTHORIZED without a known one, FORBIDDEN where a read token would change something.
 * Without tokens everybody may do everything (the configuration allows that on the loopback address alone, or if told so).
 */
export function tokenCheck(tokens: readonly ApiToken[]): (request: FastifyRequest) => Promise<void> {
  const known = tokens.map(({ name, token, access }) => ({ name, access, hash: hashOf(token) }))
  return async (request) => {
    if (known.length === 0) return
    const given = bearerToken(request.headers.authorization)
    if (given === undefined) throw new TallymanError('UNAUTHORIZED', 'send an API token: "Authorization: Bearer …"')
    // Hashes have one length, and every one is compared: the time says nothing about how much of which token was right.
    const hash = hashOf(given)
    const [token] = known.filter((each) => timingSafeEqual(each.hash, hash))
    if (!token) throw new TallymanError('UNAUTHORIZED', 'the API token is not known')
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (!reads && token.access === 'read') {
      throw new TallymanError('FORBIDDEN', `the API token ${token.name} may read; this needs one with access write`)
    }
  }
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(?<token>[^\s]+) *$/i.exec(header ?? '')?.groups?.['token']
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
