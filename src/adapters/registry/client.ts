import { canonicalRegistry, dockerHub, isRegistryHost, isRepository } from '../../core/image/reference.ts'
import { TallymanError } from '../../errors.ts'
import { createAuthorizer } from './auth.ts'
import type { CredentialSource } from './credentials.ts'
import { createGate } from './gate.ts'
import { walkHandshake } from './handshake.ts'
import type { HandshakeStep } from './handshake.ts'
import { createHttp, defaultTimeouts } from './http.ts'
import type { Timeouts } from './http.ts'
import { listRepositories } from './listing.ts'
import { createRepository } from './repository.ts'
import type { Repository } from './repository.ts'
import { defaultRetryPolicy } from './retry.ts'
import type { RetryPolicy } from './retry.ts'
import { createSession } from './session.ts'

export type { Repository } from './repository.ts'

export interface RegistryClientOptions {
  /** `registry.example:5000`, `docker.io`. */
  readonly host: string
  readonly credentials: CredentialSource
  /** Speak plain HTTP: only where it is declared, never guessed. */
  readonly plainHttp?: boolean
  /** PEM of the private CA that signed the registry's certificate. */
  readonly ca?: string
  /** Requests at a time, bodies included. */
  readonly concurrency?: number
  readonly requestsPerSecond?: number
  /** `tallyman/1.2.3` */
  readonly userAgent?: string
  readonly timeouts?: Partial<Timeouts>
  readonly retry?: Partial<RetryPolicy>
}

/** A client of one registry. Keeps its connections, tokens and budget until it is closed. */
export interface RegistryClient {
  /** REFERENCE_INVALID where `name` is not a repository path. Nothing is asked yet. */
  repository(name: string): Repository
  /** All repositories; REGISTRY_UNAUTHORIZED or NOT_FOUND where the registry does not tell. */
  catalog(signal: AbortSignal): AsyncIterable<string>
  /** What each step of the way to the registry said, for people who set one up. */
  ping(signal: AbortSignal): Promise<HandshakeStep[]>
  /** Breaks off what is under way. */
  close(): Promise<void>
}

/** Six at a time is what most registries allow one client for blobs. */
const defaultConcurrency = 6

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const host = canonicalRegistry(options.host)
  if (!isRegistryHost(host))
    throw new TallymanError('REFERENCE_INVALID', `${JSON.stringify(options.host)} is not a registry host`)
  const endpoint = new URL(
    `${options.plainHttp ? 'http' : 'https'}://${host === dockerHub ? 'registry-1.docker.io' : host}`,
  )
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const policy = { ...defaultRetryPolicy, ...options.retry }
  const http = createHttp({
    userAgent: options.userAgent ?? 'tallyman',
    timeouts,
    ...(options.ca && { ca: options.ca }),
  })
  const auth = createAuthorizer({ host, registry: endpoint, credentials: options.credentials, http, timeouts })
  const gate = createGate({
    concurrency: options.concurrency ?? defaultConcurrency,
    longestWaitMs: policy.longestWaitMs,
    ...(options.requestsPerSecond && { requestsPerSecond: options.requestsPerSecond }),
  })
  const session = createSession({ host, endpoint, http, gate, auth, policy, timeouts })
  const support = { unsupportedUntil: 0 }
  return {
    repository(name) {
      if (isRepository(name)) return createRepository(session, support, name)
      throw new TallymanError('REFERENCE_INVALID', `${JSON.stringify(name)} is not the name of a repository`)
    },
    catalog: (signal) => listRepositories(session, signal),
    ping: (signal) => walkHandshake(session, auth, signal),
    close: () => http.close(),
  }
}
