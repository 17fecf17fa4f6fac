import { Agent, fetch, type Dispatcher, type Response } from 'undici'
import { TallymanError } from '../../errors.ts'

/** A server answers at once; the body of a large archive may pause, but not for a minute. */
const defaultDispatcher = new Agent({ connect: { timeout: 10_000 }, headersTimeout: 30_000, bodyTimeout: 60_000 })

export interface HttpOptions {
  readonly userAgent?: string | undefined
  readonly dispatcher?: Dispatcher | undefined
}

/** What is at a URL and below it. Failures are FEED_UNAVAILABLE; an abort stays an abort. */
export interface HttpSource {
  href(path: string): string
  /** `unchanged` if it still has the tag that `tagOf` gave, `missing` if there is no such thing. */
  ask(method: 'GET' | 'HEAD', path: string, tag: string | null, signal: AbortSignal): Promise<HttpAnswer>
  /** The same, where it must be there. */
  get(path: string, signal: AbortSignal): Promise<Response>
  /** The whole body; FEED_INVALID if it is longer than `maxBytes`. */
  body(response: Response, maxBytes: number, signal: AbortSignal): Promise<Buffer>
  /** The body's lines; what is not asked for is not fetched. */
  lines(response: Response, signal: AbortSignal): AsyncGenerator<string, void, undefined>
}

type HttpAnswer = Response | 'unchanged' | 'missing'

export function httpSource(url: URL, options: HttpOptions): HttpSource {
  const { userAgent = 'tallyman', dispatcher = defaultDispatcher } = options
  const base = new URL(url)
  const own = { 'user-agent': userAgent, ...authorization(base) }
  base.username = ''
  base.password = ''
  const href = (path: string) => (path === '' ? base.href : new URL(path, base).href)

  const ask: HttpSource['ask'] = async (method, path, tag, signal) => {
    const target = href(path)
    const headers = { ...own, ...(isEtag(tag) ? { 'if-none-match': tag } : {}) }
    const response = await fetch(target, { method, headers, dispatcher, signal }).catch((error: unknown) => {
      throw unavailable(target, error, signal)
    })
    if (response.ok && (tag === null || tagOf(response) !== tag)) return response
    await response.body?.cancel()
    if (response.ok || response.status === 304) return 'unchanged'
    if (response.status === 404) return 'missing'
    throw new TallymanError('FEED_UNAVAILABLE', `${target} answered ${response.status}`, { status: response.status })
  }

  return {
    href,
    ask,

    async get(path, signal) {
      const answer = await ask('GET', path, null, signal)
      if (typeof answer !== 'string') return answer
      throw new TallymanError('FEED_UNAVAILABLE', `${href(path)} answered 404`, { status: 404 })
    },

    async body(response, maxBytes, signal) {
      const chunks: Uint8Array[] = []
      let size = 0
      try {
        for await (const chunk of response.body ?? []) {
          size += chunk.byteLength
          if (size > maxBytes) {
            throw new TallymanError('FEED_INVALID', `${response.url} is longer than ${maxBytes} bytes`)
          }
          chunks.push(chunk)
        }
      } catch (error) {
        throw error instanceof TallymanError ? error : unavailable(response.url, error, signal)
      }
      return Buffer.concat(chunks, size)
    },

    async *lines(response, signal) {
      const decoder = new TextDecoder()
      let rest = ''
      try {
        for await (const chunk of response.body ?? []) {
          const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
          rest = lines.pop() ?? ''
          if (rest.length > MAX_LINE) throw new TallymanError('FEED_INVALID', `${response.url} has no lines`)
          yield* lines
        }
      } catch (error) {
        throw error instanceof TallymanError ? error : unavailable(response.url, error, signal)
      }
      if (rest !== '') yield rest
    },
  }
}

/** Of a list of ids or times. */
const MAX_LINE = 10_000

/** What changes with the contents; null where the server gives no way to tell. */
export function tagOf({ headers }: Response): string | null {
  const modified = headers.get('last-modified')
  return headers.get('etag') ?? (modified === null ? null : `${modified} ${headers.get('content-length') ?? ''}`)
}

const isEtag = (tag: string | null): tag is string => tag !== null && /^(?:W\/)?"/.test(tag)

/** The URL where a location is one, else it is a file's path. */
export function urlOf(location: string): URL | undefined {
  if (!/^https?:\/\//i.test(location)) return undefined
  const url = URL.parse(location)
  if (!url) throw new TallymanError('CONFIG_INVALID', 'the location of the feed is not a URL')
  return url
}

export function withoutCredentials(url: URL): string {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** An abort stays an abort; everything else that goes wrong on the way is the feed's. */
function unavailable(target: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return error
  const { cause } = error as { cause?: unknown }
  const reason = cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error)
  return new TallymanError('FEED_UNAVAILABLE', `${target} could not be fetched: ${reason}`, {}, { cause: error })
}
