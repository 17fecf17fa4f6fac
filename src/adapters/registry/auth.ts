import { LRUCache } from 'lru-cache'
import { digestOf } from '../../core/image/digest.ts'
import { TallymanError } from '../../errors.ts'
import { findChallenge } from './challenge.ts'
import type { Challenge } from './challenge.ts'
import type { CredentialSource } from './credentials.ts'
import { basicAuthorization, describeCredentials } from './identity.ts'
import type { Credentials } from './identity.ts'
import type { Http, Timeouts } from './http.ts'
import { fetchToken } from './token.ts'

/** Keeps what one registry asks for and what it accepts. Scopes as in distribution auth/scope.md; empty for the ping. */
export interface Authorizer {
  /** The Authorization header to begin with: undefined as long as the registry has not asked for any. */
  first(scope: string, signal: AbortSignal): Promise<string | undefined>
  /** The header that answers a 401; `refused` is the one that the 401 was the answer to. REGISTRY_UNAUTHORIZED where there is nothing else to try. */
  answer(
    challenges: string | string[] | undefined,
    scope: string,
    refused: string | undefined,
    signal: AbortSignal,
  ): Promise<string>
  /** What a 401 means that came in spite of the last answer: tokens may be given that allow less than was asked for. */
  refusal(scope: string): Promise<TallymanError>
  /** For messages: whose credentials are used. */
  describe(): Promise<string>
  readonly challenge: Challenge | undefined
}

export interface AuthorizerOptions {
  /** The host that credentials are kept under: `docker.io`, not `registry-1.docker.io`. */
  readonly host: string
  readonly registry: URL
  readonly credentials: CredentialSource
  readonly http: Http
  readonly timeouts: Timeouts
}

/** Tokens are dropped at four fifths of their life, so that none runs out on its way. */
const usedLife = 0.8
/** A registry with more repositories asks again for the ones that were not used lately. */
const maxTokens = 2_000
/** Helpers start a program; a changed password is noticed at once, by the 401. */
const credentialsLifeMs = 5 * 60_000

export function createAuthorizer({
  host,
  registry,
  credentials: source,
  http,
  timeouts,
}: AuthorizerOptions): Authorizer {
  let challenge: Challenge | undefined
  let known: { readonly credentials: Credentials | undefined; readonly until: number } | undefined
  /** What the registry itself asks for when we want a scope: with a repository behind a path prefix, another name. */
  const scopesAsked = new LRUCache<string, readonly string[]>({ max: maxTokens })
  const tokens = new LRUCache<string, string>({ max: maxTokens })
  const pending = new Map<string, Promise<string>>()

  async function credentialsOf(): Promise<Credentials | undefined> {
    if (known && known.until > performance.now()) return known.credentials
    const credentials = await source(host)
    known = { credentials, until: performance.now() + credentialsLifeMs }
    return credentials
  }

  async function headerFor(asked: Challenge, scope: string, refused: string | undefined): Promise<string | undefined> {
    const credentials = await credentialsOf()
    if (credentials && 'registryToken' in credentials) return `Bearer ${credentials.registryToken}`
    if (asked.scheme === 'bearer') return tokenFor(asked, scope, credentials, refused)
    return credentials && 'password' in credentials
      ? basicAuthorization(credentials.username, credentials.password)
      : undefined
  }

  async function tokenFor(
    asked: Extract<Challenge, { scheme: 'bearer' }>,
    scope: string,
    credentials: Credentials | undefined,
    refused: string | undefined,
  ): Promise<string> {
    const scopes = scopesAsked.get(scope) ?? (scope ? [scope] : [])
    const key = JSON.stringify([
      asked.realm,
      asked.service,
      [...scopes].sort(),
      digestOf(JSON.stringify(credentials ?? null)),
    ])
    const kept = tokens.get(key)
    if (kept && kept !== refused) return kept
    const running = pending.get(key)
    if (running) return running
    // Shared by everyone who waits for the same token, so no one's signal may end it; it has its own time limit.
    const limit = AbortSignal.timeout(timeouts.smallBodyMs)
    const fetching = fetchToken(http, { challenge: asked, scopes, credentials, registry }, limit)
      .then(({ value, validForSeconds }) => {
        tokens.set(key, `Bearer ${value}`, { ttl: validForSeconds * 1_000 * usedLife })
        return `Bearer ${value}`
      })
      .catch((error: unknown) => {
        throw limit.aborted ? slow(asked.realm) : error
      })
      .finally(() => pending.delete(key))
    pending.set(key, fetching)
    return fetching
  }

  return {
    get challenge() {
      return challenge
    },
    async first(scope, signal) {
      return challenge && unlessAborted(headerFor(challenge, scope, undefined), signal)
    },
    async answer(challenges, scope, refused, signal) {
      const asked = findChallenge(challenges)
      if (!asked)
        throw new TallymanError(
          'REGISTRY_UNAUTHORIZED',
          `${host} asks for a kind of authentication that is not supported`,
        )
      challenge = asked
      if (asked.scheme === 'bearer' && asked.scopes.length > 0) scopesAsked.set(scope, scopesWith(asked.scopes, scope))
      if (refused !== undefined) known = undefined
      const header = await unlessAborted(headerFor(asked, scope, refused), signal)
      if (header === undefined || header === refused) throw refusal(host, scope, await credentialsOf())
      return header
    },
    refusal: async (scope) => refusal(host, scope, await credentialsOf()),
    describe: async () => describeCredentials(await credentialsOf()),
  }
}

function refusal(host: string, scope: string, credentials: Credentials | undefined): TallymanError {
  const what = scope === '' ? 'use its API' : `do this (${scope})`
  return new TallymanError(
    'REGISTRY_UNAUTHORIZED',
    credentials
      ? `${host} does not let ${describeCredentials(credentials)} ${what}; check that it may`
      : `${host} lets nobody ${what} without credentials, and there are none; configure username and password for this registry, or log in with docker`,
  )
}

/** The registry's own word comes first, because some servers read only one; what ours includes is left out. */
function scopesWith(asked: readonly string[], wanted: string): readonly string[] {
  if (wanted === '' || asked.some((scope) => allows(scope, wanted))) return asked
  return [...asked.filter((scope) => nameOf(scope) !== nameOf(wanted) || !allows(wanted, scope)), wanted]
}

/** By its actions alone: a registry behind a path prefix asks for another name than ours and means the same. */
function allows(scope: string, wanted: string): boolean {
  const actions = actionsOf(scope)
  return actionsOf(wanted).every((action) => actions.includes(action) || actions.includes('*'))
}

function nameOf(scope: string): string {
  return scope.slice(0, scope.lastIndexOf(':'))
}

function actionsOf(scope: string): string[] {
  return scope.slice(scope.lastIndexOf(':') + 1).split(',')
}

function slow(realm: string): TallymanError {
  return new TallymanError('REGISTRY_UNAVAILABLE', `the token server at ${realm} did not answer in time`)
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new TallymanError('ABORTED', 'stopped while waiting for a token'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
