import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { LeasedJob, Queue, Settlement } from '../adapters/queue/queue.ts'
import { asTallymanError, TallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'

/** Does the work that a job names. It should stop soon after `signal` aborts; until then its job belongs to no other worker. */
export type Handler = (
  payload: Readonly<Record<string, unknown>>,
  context: { readonly signal: AbortSignal; readonly job: LeasedJob },
) => Promise<void>

/** What became of a job; `lost` if its lease was lost, so that it belongs to another worker now. */
type JobOutcome = Settlement['outcome'] | 'lost'

export interface WorkerMetrics {
  jobEnded(job: LeasedJob, outcome: JobOutcome, seconds: number): void
}

export interface JobRunner {
  readonly queue: Pick<Queue, 'extend' | 'settle'>
  /** By kind of job. */
  readonly handlers: Readonly<Record<string, Handler>>
  readonly leaseSeconds: number
  readonly maxAttempts: number
  /** A job that takes longer is stopped and tried again: a hung one would hold its place for ever. */
  readonly timeoutSeconds: number
  readonly log: Logger
  readonly metrics?: WorkerMetrics | undefined
}

/** A handler that has not stopped so long after it was told to is left behind. */
const windUpMs = 5000
const settleTries = 5
const settlePauseMs = 1000
/**
 * Delays of up to 5 s, 30 s, 3 min, 15 min: the first for a hiccup, the last so that five attempts outlast an outage of about
 * ten minutes. Not longer, for the pushes of a registry that is back should be judged soon.
 */
const firstDelaySeconds = 5
const delayFactor = 6
const longestDelaySeconds = 15 * 60

type Stop = 'lost' | 'shutdown' | 'timeout'

const stopMessages: Readonly<Record<Stop, string>> = {
  lost: 'the lease was lost: another worker has the job',
  shutdown: 'the worker shuts down, the job goes back to the queue',
  timeout: 'the job took too long and was stopped',
}

/** Runs one job to its settlement. Never throws; ends soon after `shutdown` aborts. Writes one line to the log. */
export async function runJob(job: LeasedJob, runner: JobRunner, shutdown: AbortSignal): Promise<void> {
  const started = performance.now()
  const stop = new AbortController()
  let stopped: Stop | undefined
  const stopFor = (why: Stop): void => {
    stopped ??= why
    stop.abort(new TallymanError('ABORTED', stopMessages[stopped]))
  }
  const shutDown = (): void => stopFor('shutdown')
  shutdown.addEventListener('abort', shutDown)
  if (shutdown.aborted) shutDown()
  const timeout = setTimeout(() => stopFor('timeout'), runner.timeoutSeconds * 1000)
  const endLease = keepLease(job, runner, () => stopFor('lost'))

  const failure = await failureOf(job, runner.handlers, stop.signal)
  const outcome = stopped === 'lost' ? ({ outcome: 'lost' } as const) : settlementOf(job, failure, stopped, runner)
  const settled = outcome.outcome === 'lost' || (await settle(job, outcome, runner.queue))

  endLease()
  clearTimeout(timeout)
  shutdown.removeEventListener('abort', shutDown)
  const seconds = (performance.now() - started) / 1000
  runner.metrics?.jobEnded(job, outcome.outcome, seconds)
  writeLog(job, { ...outcome, settled, seconds, failure }, runner.log)
}

/** Heartbeat: three times a lease, so that one may fail. `lose` is called once another worker has or may have the job. */
function keepLease(job: LeasedJob, { queue, leaseSeconds }: JobRunner, lose: () => void): () => void {
  let heldUntil = performance.now() + leaseSeconds * 1000
  const beat = async (): Promise<void> => {
    const asked = performance.now()
    try {
      if (await queue.extend(job, leaseSeconds)) heldUntil = asked + leaseSeconds * 1000
      else lose()
    } catch {
      // The queue is away; the next beat asks again as long as the lease lasts.
      if (performance.now() >= heldUntil) lose()
    }
  }
  const timer = setInterval(() => void beat(), (leaseSeconds * 1000) / 3)
  return () => clearInterval(timer)
}

/** What the handler threw, or why it was left behind; undefined when it has done its work. */
async function failureOf(
  job: LeasedJob,
  handlers: JobRunner['handlers'],
  signal: AbortSignal,
): Promise<TallymanError | undefined> {
  const handler = Object.hasOwn(handlers, job.kind) ? handlers[job.kind] : undefined
  const over = new AbortController()
  try {
    if (!handler)
      throw new TallymanError('REQUEST_INVALID', `this version of tallyman has no handler for ${job.kind} jobs`)
    const work = (async () => handler(job.payload, { signal, job }))()
    await Promise.race([work, leftBehind(signal, over.signal)])
  } catch (thrown) {
    return asTallymanError(thrown)
  } finally {
    over.abort()
  }
}

/** Throws some time after `signal` has aborted, unless it is `over` by then. */
async function leftBehind(signal: AbortSignal, over: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over })
  await pause(windUpMs, undefined, { signal: over })
  throw signal.reason
}

function settlementOf(
  { attempt }: LeasedJob,
  failure: TallymanError | undefined,
  stopped: Stop | undefined,
  { maxAttempts }: JobRunner,
): Settlement {
  if (!failure) return { outcome: 'done' }
  if (stopped === 'shutdown') return { outcome: 'released' }
  const error = stopped === 'timeout' ? `ABORTED: ${stopMessages.timeout}` : `${failure.code}: ${failure.message}`
  const mayRetry = stopped === 'timeout' || failure.retry
  if (!mayRetry || attempt >= maxAttempts) return { outcome: 'dead', error }
  return { outcome: 'retry', error, delaySeconds: Math.max(retryDelaySeconds(attempt), askedDelaySeconds(failure)) }
}

/** Exponential with full jitter: jobs that failed together, because a registry was down, do not come back together. */
export function retryDelaySeconds(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestDelaySeconds, firstDelaySeconds * delayFactor ** (attempt - 1))
  return Math.round(random() * ceiling)
}

/** A registry's Retry-After, within our own limit. */
function askedDelaySeconds({ details: { retryAfterMs } }: TallymanError): number {
  return typeof retryAfterMs === 'number' ? Math.min(longestDelaySeconds, Math.ceil(retryAfterMs / 1000)) : 0
}

/** False if the queue did not take it: then the lease runs out and the job runs again, which does no harm. */
async function settle(job: LeasedJob, settlement: Settlement, queue: JobRunner['queue']): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await queue.settle(job, settlement)
      return true
    } catch {
      if (tries === settleTries) return false
      await pause(settlePauseMs)
    }
  }
}

interface End {
  readonly outcome: JobOutcome
  readonly delaySeconds?: number
  readonly settled: boolean
  readonly seconds: number
  readonly failure: TallymanError | undefined
}

function writeLog(job: LeasedJob, { outcome, delaySeconds, settled, seconds, failure }: End, log: Logger): void {
  const { id, kind, key, lane, attempt, enqueuedAt } = job
  const ageSeconds = Math.round((Date.now() - enqueuedAt.getTime()) / 1000)
  const line = {
    job: id,
    kind,
    key,
    lane,
    attempt,
    outcome,
    seconds: Number(seconds.toFixed(3)),
    ageSeconds,
    ...(delaySeconds !== undefined && { delaySeconds }),
    ...(failure && { code: failure.code, error: failure.message, details: failure.details }),
    // A defect needs its stack.
    ...(failure?.code === 'INTERNAL' && { err: failure.cause ?? failure }),
    ...(!settled && { settled }),
  }
  if (outcome === 'dead') log.error(line, 'job put aside')
  else if (outcome === 'retry' || outcome === 'lost' || !settled) log.warn(line, 'job not done')
  else log.info(line, outcome === 'done' ? 'job done' : 'job given back')
}
