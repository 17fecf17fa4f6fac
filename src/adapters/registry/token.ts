import { TallymanError } from '../../errors.ts'
import type { Challenge } from './challenge.ts'
import { basicAuthorization, describeCredentials } from './identity.ts'
import type { Credentials } from './identity.ts'
import { isTransient, transientFailure } from './failure.ts'
import { discard, readAtMost } from './http.ts'
import type { Http, HttpRequest, HttpResponse } from './http.ts'
import { requireSafeTarget, resolveUrl } from './origin.ts'

export interface Token {
  readonly value: string
  readonly validForSeconds: number
}

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { scheme: 'bearer' }>
  readonly scopes: readonly string[]
  readonly credentials: Credentials | undefined
  /** Where the challenge came from. */
  readonly registry: URL
}

const clientId = 'tallyman'
const maxTokenBytes = 64 * 1024
const maxRedirects = 5
/** distribution auth/token.md: what a token is good for when the server does not say. */
const defaultValidity = 60
/** ACR's name for the user of a refresh token; other servers do not look at the name. */
const tokenUser = '00000000-0000-0000-0000-000000000000'

/**
 * Asks a token server for a token. REGISTRY_UNAUTHORIZED where it refuses, REGISTRY_PROTOCOL where its address or answer
 * is not acceptable, REGISTRY_UNAVAILABLE where another try may help.
 */
export async function fetchToken(http: Http, request: TokenRequest, signal: AbortSignal): Promise<Token> {
  const realm = resolveUrl(request.challenge.realm, request.registry, 'token realm')
  requireSafeTarget(realm, request.registry, 'token realm')
  const response = await askTokenServer(http, realm, request, signal)
  if (isTransient(response.status)) {
    await discard(response)
    throw transientFailure(response)
  }
  if (response.status !== 200) {
    await discard(response)
    throw refused(realm, response.status, request.credentials)
  }
  const body = await readAtMost(response, maxTokenBytes, signal)
  await discard(response)
  return parseToken(body, realm)
}

async function askTokenServer(
  http: Http,
  realm: URL,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { credentials } = request
  if (!credentials || !('identityToken' in credentials)) return get(http, realm, request, signal)
  const answer = await http.exchange(refreshForm(realm, request, credentials.identityToken), signal)
  if (answer.status !== 404 && answer.status !== 405) return answer
  await discard(answer)
  return get(http, realm, request, signal) // an older server: it knows only the GET form
}

function refreshForm(realm: URL, { challenge, scopes }: TokenRequest, refreshToken: string): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    service: challenge.service,
    client_id: clientId,
    scope: scopes.join(' '),
  })
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: Buffer.from(form.toString()),
  }
}

async function get(http: Http, realm: URL, request: TokenRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { challenge, scopes, registry } = request
  const authorization = basicOf(request.credentials)
  let url = new URL(realm)
  if (challenge.service) url.searchParams.set('service', challenge.service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  let trusted = true
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const headers = { accept: 'application/json', ...(trusted && authorization && { authorization }) }
    const answer = await http.exchange({ method: 'GET', url, headers }, signal)
    const { location } = answer.headers
    if (answer.status < 300 || answer.status > 399 || !location) return answer
    await discard(answer)
    url = resolveUrl(location, url, 'token redirect')
    requireSafeTarget(url, registry, 'token redirect')
    trusted &&= url.origin === realm.origin
  }
  throw new TallymanError(
    'REGISTRY_PROTOCOL',
    `the token server ${realm.host} redirected more than ${maxRedirects} times`,
  )
}

function basicOf(credentials: Credentials | undefined): string | undefined {
  if (!credentials || 'registryToken' in credentials) return undefined
  if ('identityToken' in credentials)
    return basicAuthorization(credentials.username ?? tokenUser, credentials.identityToken)
  return basicAuthorization(credentials.username, credentials.password)
}

/** `token` and `access_token` are the same thing under two names. */
function parseToken(body: Buffer | 'too large', realm: URL): Token {
  const answer = body === 'too large' ? undefined : parseObject(body)
  const value = answer?.token || answer?.access_token
  // A header value: anything else would end up in the next request's head.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new TallymanError('REGISTRY_PROTOCOL', `the token server ${realm.host} answered without a token`)
  }
  const seconds = answer?.expires_in
  return { value, validForSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : defaultValidity }
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function refused(realm: URL, status: number, credentials: Credentials | undefined): TallymanError {
  const details = { status, host: realm.host }
  if (status !== 400 && status !== 401 && status !== 403) {
    return new TallymanError('REGISTRY_PROTOCOL', `the token server ${realm.host} answered ${status}`, details)
  }
  const advice = credentials ? 'check them' : 'configure some'
  return new TallymanError(
    'REGISTRY_UNAUTHORIZED',
    `the token server ${realm.host} refused ${describeCredentials(credentials)} (${status}); ${advice}`,
    details,
  )
}
