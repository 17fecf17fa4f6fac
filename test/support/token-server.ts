import { text } from 'node:stream/consumers'
import { listen } from './listen.ts'

interface TokenRequest {
  readonly method: string
  readonly scopes: readonly string[]
  readonly form: Readonly<Record<string, string>>
  readonly authorization: string | undefined
}

export interface TokenServer {
  readonly realm: string
  readonly requests: TokenRequest[]
  /** Seconds that the next tokens say they are good for. */
  expiresIn: number
  /** `false`: the POST form is answered with 404. */
  oauth: boolean
  /** Give anonymous callers what they ask for, if it is to pull. */
  anonymousPull: boolean
  /** From now on every token given so far is refused, whatever it said. */
  revokeAll(): void
  allows(token: string, scope: string): boolean
  stop(): Promise<void>
}

/** The refresh token that `oauth` accepts. */
export const identityToken = 'identity-of-robot'

/** A token server as in distribution auth/token.md and auth/oauth.md. Anonymous callers are given tokens too, good for nothing. */
export async function createTokenServer(login: { username: string; password: string }): Promise<TokenServer> {
  const requests: TokenRequest[] = []
  const granted = new Map<string, readonly string[]>()
  const server = await listen(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://token')
    const form = Object.fromEntries(new URLSearchParams(request.method === 'POST' ? await text(request) : ''))
    const scopes = request.method === 'POST' ? (form.scope ?? '').split(' ') : url.searchParams.getAll('scope')
    const { authorization } = request.headers
    requests.push({ method: request.method ?? '', scopes, form, authorization })
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    if (request.method === 'POST' && !tokens.oauth) return reply(404, {})
    const isKnown =
      request.method === 'POST'
        ? form.refresh_token === identityToken
        : [login.password, identityToken].some((secret) => authorization?.endsWith(btoa(`${login.username}:${secret}`)))
    if (!isKnown && authorization) return reply(401, { errors: [{ code: 'UNAUTHORIZED' }] })
    const token = crypto.randomUUID()
    const open = tokens.anonymousPull ? scopes.filter((scope) => scope.endsWith(':pull')) : []
    granted.set(token, isKnown ? scopes : open)
    return reply(200, { token, expires_in: tokens.expiresIn })
  })
  const tokens: TokenServer = {
    realm: `${server.origin}/token`,
    requests,
    expiresIn: 300,
    oauth: true,
    anonymousPull: false,
    revokeAll: () => granted.clear(),
    allows: (token, scope) =>
      granted.has(token) && (scope === '' || granted.get(token)!.some((given) => covers(given, scope))),
    stop: () => server.stop(),
  }
  return tokens
}

function covers(given: string, wanted: string): boolean {
  const [nameOf, actionsOf] = [
    (scope: string) => scope.slice(0, scope.lastIndexOf(':')),
    (scope: string) => scope.slice(scope.lastIndexOf(':') + 1).split(','),
  ]
  return nameOf(given) === nameOf(wanted) && actionsOf(wanted).every((action) => actionsOf(given).includes(action))
}
