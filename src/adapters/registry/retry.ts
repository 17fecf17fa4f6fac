import { setTimeout as sleep } from 'node:timers/promises'
import { TallymanError } from '../../errors.ts'

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number
  /** First wait; each further one is twice as long. */
  readonly baseMs: number
  /** A longer wait is not spent inside a job: the error goes up, and the queue waits. */
  readonly longestWaitMs: number
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 5, baseMs: 200, longestWaitMs: 30_000 }

const transient: ReadonlySet<string> = new Set(['REGISTRY_UNAVAILABLE', 'REGISTRY_RATE_LIMITED', 'BLOB_CORRUPT'])

/** Tries again what may pass: outages, rate limits, bytes that arrived wrong. `permanent` in an error's details ends it. */
export async function retrying<T>(work: () => Promise<T>, policy: RetryPolicy, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const wait = waitAfter(error, attempt, policy)
      if (wait === undefined) throw error
      await pause(wait, signal)
    }
  }
}

/** Milliseconds until the next try, or undefined if there should be none. */
export function waitAfter(error: unknown, attempt: number, policy: RetryPolicy): number | undefined {
  if (!(error instanceof TallymanError) || !transient.has(error.code) || error.details.permanent) return undefined
  if (attempt >= policy.attempts) return undefined
  const backoff = Math.min(policy.baseMs * 2 ** (attempt - 1), policy.longestWaitMs)
  const jittered = backoff * (0.5 + Math.random() / 2) // workers that failed together should not come back together
  const asked = error.details.retryAfterMs
  if (typeof asked !== 'number') return jittered
  return asked > policy.longestWaitMs ? undefined : Math.max(asked, jittered)
}

/** RFC 9110 section 10.2.3: seconds or a date. Undefined where there is none that can be read. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = typeof header === 'string' ? header.trim() : ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const date = text === '' ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal })
  } catch (cause) {
    throw new TallymanError('ABORTED', 'stopped while waiting for the registry', {}, { cause })
  }
}
