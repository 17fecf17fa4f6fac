import type { Job, Queue } from '../adapters/queue/queue.ts'
import type { Posted } from '../adapters/notifications/post.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Notice } from '../core/notice/notice.ts'
import { TallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'

export interface DeliverDeps {
  readonly store: Pick<Store, 'notices'>
  readonly queue: Pick<Queue, 'send'>
  /** Sends it to where the configuration says; undefined where the rule is no longer there. */
  readonly send: (rule: string, notice: Notice, signal: AbortSignal) => Promise<Posted | undefined>
  readonly now: () => Date
  readonly log: Logger
}

/** After each attempt: a target that is away over a weekend's night still hears of it, one that is away for good does not for ever. */
const delaysSeconds = [10, 60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600] as const
/** What a target may ask for (Retry-After). */
const longestDelaySeconds = 12 * 3_600
/** SQS delays no message for longer; the job waits again. */
const longestJobDelaySeconds = 900

export function deliverJob(id: string, at: string, now: Date): Job {
  const wait = Math.max(0, Math.ceil((Date.parse(at) - now.getTime()) / 1000))
  return {
    lane: 'manual',
    kind: 'deliver',
    key: `deliver:${id}`,
    payload: { id },
    ...(wait > 0 && { delaySeconds: Math.min(wait, longestJobDelaySeconds) }),
  }
}

/**
 * Tries once to deliver a notice of the outbox, and notes how it went; one that failed has a next try, until it is given up.
 * At least once: the receiver knows a repeated event by its id.
 */
export async function deliverNotice(
  payload: Readonly<Record<string, unknown>>,
  { store, queue, send, now, log }: DeliverDeps,
  signal: AbortSignal,
): Promise<void> {
  const { id } = payload
  if (typeof id !== 'string') throw new TallymanError('REQUEST_INVALID', 'the deliver job names no notice')
  const waiting = await store.notices.get(id)
  if (waiting?.status !== 'pending') return
  const { rule, notice, attempts, nextTryAt } = waiting
  // A second early is not worth another job.
  if (nextTryAt !== null && Date.parse(nextTryAt) > now().getTime() + 1000) {
    await queue.send([deliverJob(id, nextTryAt, now())])
    return
  }
  const posted = (await send(rule, notice, signal)) ?? gone
  const next = posted.error === null || posted === gone ? null : nextTry(attempts, posted, now())
  const status = posted.error === null ? 'done' : next === null ? 'failed' : 'pending'
  const { status: response, error } = posted
  await store.notices.attempted(id, { status, response, error, nextTryAt: next, at: now().toISOString() })
  const line = { notice: id, rule, attempt: attempts + 1, response }
  if (status === 'done') log.info(line, 'notification delivered')
  else log.warn({ ...line, error, nextTryAt: next }, 'notification not delivered')
  if (next !== null) await queue.send([deliverJob(id, next, now())])
}

const gone: Posted = { status: null, error: 'the rule is no longer in the configuration', retryAfterSeconds: null }

function nextTry(attempts: number, { retryAfterSeconds }: Posted, now: Date): string | null {
  const delay = delaysSeconds[attempts]
  if (delay === undefined) return null
  const asked = Math.min(retryAfterSeconds ?? 0, longestDelaySeconds)
  return new Date(now.getTime() + Math.max(delay, asked) * 1000).toISOString()
}
