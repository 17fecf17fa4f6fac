import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'undici'
import type { Dispatcher } from 'undici'
import { TallymanError } from '../../errors.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

/** Its body must be read or discarded: the connection is held until then. */
export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly url: URL
  readonly body: Dispatcher.ResponseData['body']
}

export interface Timeouts {
  readonly connectMs: number
  /** Until the headers of the answer. */
  readonly headersMs: number
  /** Between two pieces of a body. */
  readonly idleMs: number
  /** For a manifest, a token or a page of a list as a whole, so that a dripping body ends. */
  readonly smallBodyMs: number
}

export const defaultTimeouts: Timeouts = { connectMs: 10_000, headersMs: 60_000, idleMs: 60_000, smallBodyMs: 120_000 }

export interface HttpOptions {
  /** PEM of a private CA. It replaces the public ones: a registry with a private CA has no use for them. */
  readonly ca?: string
  readonly userAgent: string
  readonly timeouts: Timeouts
}

/** One request, one answer: no redirects, no retries, no decoding. */
export interface Http {
  /** REGISTRY_UNAVAILABLE where there is no answer, ABORTED where the signal ended it. */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
  close(): Promise<void>
}

export function createHttp({ ca, userAgent, timeouts }: HttpOptions): Http {
  const dispatcher = new Agent({
    allowH2: false, // a layer a connection: one TCP window each, and no head-of-line blocking
    connect: { timeout: timeouts.connectMs, ...(ca && { ca }) },
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleMs,
  })
  return {
    async exchange({ method, url, headers, body }, signal) {
      try {
        const answer = await request(url, {
          dispatcher,
          method,
          // A proxy that unzips on the way would break the digest.
          headers: { 'accept-encoding': 'identity', 'user-agent': userAgent, ...headers },
          body: body ?? null,
          signal,
        })
        // Whoever reads a body meets its error there; without a listener an error after the reading would end the process.
        answer.body.on('error', () => undefined)
        return { status: answer.statusCode, headers: answer.headers, url, body: answer.body }
      } catch (error) {
        throw connectionError(error, url, signal)
      }
    },
    close: () => dispatcher.destroy(),
  }
}

/** The whole body, or `tooLarge` as soon as it is over `most` bytes. */
export async function readAtMost(
  { headers, body, url }: HttpResponse,
  most: number,
  signal: AbortSignal,
): Promise<Buffer | 'too large'> {
  if (Number(headers['content-length'] ?? 0) > most) return 'too large'
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > most) return 'too large'
      chunks.push(chunk)
    }
  } catch (error) {
    throw connectionError(error, url, signal)
  }
  return Buffer.concat(chunks)
}

/** Frees the connection of an answer whose body does not matter; harmless after it was read. */
export async function discard({ body }: HttpResponse): Promise<void> {
  await body.dump({ limit: 64 * 1024 }).catch(() => undefined)
}

/** What became of a request that got no answer, or of a body that broke off. */
export function connectionError(error: unknown, url: URL, signal: AbortSignal): TallymanError {
  if (error instanceof TallymanError) return error
  if (signal.aborted)
    return new TallymanError('ABORTED', `the request to ${url.host} was stopped`, {}, { cause: error })
  const code = errorCodeOf(error)
  const known = knownTroubles.find(({ pattern }) => pattern.test(code))
  const problem = known?.problem ?? (code || (error instanceof Error ? error.message : String(error)))
  const details = { host: url.host, code, ...(known && { permanent: true }) }
  return new TallymanError('REGISTRY_UNAVAILABLE', `no answer from ${url.host}: ${problem}`, details, { cause: error })
}

/** Troubles that another try in a second does not mend. */
const knownTroubles: readonly { pattern: RegExp; problem: string }[] = [
  { pattern: /^ENOTFOUND$/, problem: 'the host name is not known; check its spelling' },
  {
    pattern: /CERT|UNABLE_TO_|SELF_SIGNED|ERR_TLS_/,
    problem: 'its certificate is not trusted; for a private CA, declare its certificate for this registry (caFile)',
  },
  {
    pattern: /WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH|EPROTO/,
    problem: 'it does not speak TLS; if it is a plain-HTTP registry, declare it so (plainHttp: true)',
  },
]

function errorCodeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
