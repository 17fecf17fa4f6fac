import { Agent, request } from 'undici'
import { asTallymanError } from '../../errors.ts'
import type { ChannelRequest } from './channel.ts'

/** What became of one attempt. `error` is null where the target took it. */
export interface Posted {
  /** HTTP status; null where there was no answer. */
  readonly status: number | null
  readonly error: string | null
  /** The target asked to be left alone for so long. */
  readonly retryAfterSeconds: number | null
}

/** A target that takes longer is asked again later, it must not hold a worker's place. */
const timeoutMs = 10_000
/** Of an answer's body: enough for its complaint, the rest is never read. */
const maxAnswerBytes = 16 * 1024
const maxComplaintLength = 200

export interface Poster {
  /** One POST, to exactly this address: redirects are not followed. Throws only when `signal` aborts. */
  post(url: string, message: ChannelRequest, signal: AbortSignal): Promise<Posted>
  close(): Promise<void>
}

export function createPoster(userAgent: string): Poster {
  const dispatcher = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxAnswerBytes,
  })
  return {
    async post(url, { headers, body }, signal) {
      try {
        const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
        const options = { method: 'POST', headers: { ...headers, 'user-agent': userAgent }, body, dispatcher } as const
        const answer = await request(url, { ...options, signal: either })
        // Its failure to end, or its size, changes nothing about the status.
        const text = await answer.body.text().catch(() => '')
        const retryAfter = Number(answer.headers['retry-after'])
        return {
          status: answer.statusCode,
          error: complaint(answer.statusCode, text),
          retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
        }
      } catch (thrown) {
        signal.throwIfAborted()
        // Names of hosts may be in it, the path (Slack's has the secret) is not.
        return { status: null, error: `no answer: ${asTallymanError(thrown).message}`, retryAfterSeconds: null }
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function complaint(status: number, body: string): string | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return `HTTP ${status}: redirects are not followed`
  const said = body.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return `HTTP ${status}${said ? `: ${said.slice(0, maxComplaintLength).toWellFormed()}` : ''}`
}
