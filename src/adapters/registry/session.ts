import { TallymanError } from '../../errors.ts'
import type { Authorizer } from './auth.ts'
import { isTransient, transientFailure } from './failure.ts'
import type { Gate } from './gate.ts'
import { discard } from './http.ts'
import type { Http, HttpRequest, HttpResponse, Timeouts } from './http.ts'
import { requireSafeTarget, resolveUrl } from './origin.ts'
import { retrying } from './retry.ts'
import type { RetryPolicy } from './retry.ts'

export interface SessionRequest {
  readonly method: HttpRequest['method']
  /** Below the registry's address, or (an upload location, a next page) a whole URL that the registry named. */
  readonly path: string | URL
  /** What we must be allowed to do, `repository:team/api:pull`; empty for the ping. */
  readonly scope: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
}

/** Talks to one registry: a place at the gate, authorization, redirects, retries. */
export interface Session {
  readonly endpoint: URL
  readonly policy: RetryPolicy
  /** One try. The answer's body must be read or discarded. REGISTRY_UNAVAILABLE and REGISTRY_RATE_LIMITED ask for another try. */
  open(request: SessionRequest, signal: AbortSignal): Promise<HttpResponse>
  /** Tries until `read` has made something of the whole answer, which must be small. */
  send<T>(request: SessionRequest, read: (response: HttpResponse) => Promise<T>, signal: AbortSignal): Promise<T>
}

export interface SessionParts {
  /** As users know the registry. */
  readonly host: string
  readonly endpoint: URL
  readonly http: Http
  readonly gate: Gate
  readonly auth: Authorizer
  readonly policy: RetryPolicy
  readonly timeouts: Timeouts
}

const maxRedirects = 5

export function createSession({ host, endpoint, http, gate, auth, policy, timeouts }: SessionParts): Session {
  /** For a 429 that names no time: long enough for the others to notice. */
  const quietMs = policy.baseMs * 5

  async function open(request: SessionRequest, signal: AbortSignal): Promise<HttpResponse> {
    const leave = await gate.enter(signal)
    try {
      const response = await authorized(request, signal)
      response.body.once('close', leave)
      return response
    } catch (error) {
      leave()
      throw error
    }
  }

  async function authorized(request: SessionRequest, signal: AbortSignal): Promise<HttpResponse> {
    const first = await auth.first(request.scope, signal)
    const response = await follow(request, first, signal)
    if (response.status !== 401) return response
    await discard(response)
    const second = await auth.answer(response.headers['www-authenticate'], request.scope, first, signal)
    const again = await follow(request, second, signal)
    if (again.status !== 401) return again
    await discard(again)
    throw await auth.refusal(request.scope)
  }

  /** Once a redirect has left the registry's origin, nothing that follows is given our credentials. */
  async function follow(
    request: SessionRequest,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const { method, body } = request
    let url = new URL(request.path, endpoint)
    let trusted = url.origin === endpoint.origin
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const headers = { ...request.headers, ...(trusted && authorization && { authorization }) }
      const response = await http.exchange({ method, url, headers, ...(body && { body }) }, signal)
      const next = nextHop(response, method)
      if (!next) return usable(response, trusted)
      await discard(response)
      requireSafeTarget(next, endpoint, 'redirect')
      url = next
      trusted &&= url.origin === endpoint.origin
    }
    throw new TallymanError('REGISTRY_PROTOCOL', `${host} redirected more than ${maxRedirects} times`)
  }

  async function usable(response: HttpResponse, trusted: boolean): Promise<HttpResponse> {
    if (isTransient(response.status)) {
      await discard(response)
      const failure = transientFailure(response)
      if (trusted && response.status === 429) gate.holdBack(Number(failure.details.retryAfterMs ?? quietMs))
      throw failure
    }
    if (trusted || (response.status !== 401 && response.status !== 403)) return response
    await discard(response)
    // A signed link that has run out: the registry makes a new one.
    throw new TallymanError(
      'REGISTRY_UNAVAILABLE',
      `${response.url.host} refused the link that ${host} redirected to (${response.status})`,
    )
  }

  return {
    endpoint,
    policy,
    open,
    send(request, read, signal) {
      const once = async () => {
        const response = await open(request, signal)
        const limit = setTimeout(() => response.body.destroy(tooSlow(host, timeouts.smallBodyMs)), timeouts.smallBodyMs)
        try {
          return await read(response)
        } finally {
          clearTimeout(limit)
          await discard(response)
        }
      }
      return retrying(once, policy, signal)
    },
  }
}

function nextHop({ status, headers, url }: HttpResponse, method: HttpRequest['method']): URL | undefined {
  const moved =
    status === 307 ||
    status === 308 ||
    ((status === 301 || status === 302 || status === 303) && (method === 'GET' || method === 'HEAD'))
  return moved && headers.location ? resolveUrl(headers.location, url, 'redirect') : undefined
}

function tooSlow(host: string, milliseconds: number): TallymanError {
  return new TallymanError('REGISTRY_UNAVAILABLE', `${host} did not finish its answer within ${milliseconds / 1_000} s`)
}
