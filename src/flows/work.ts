import { setTimeout as pause } from 'node:timers/promises'
import type { Lane, LeasedJob, Queue } from '../adapters/queue/queue.ts'
import { asTallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { runJob, type Handler, type JobRunner, type WorkerMetrics } from './run-job.ts'

export interface WorkerOptions {
  readonly queue: Pick<Queue, 'receive' | 'extend' | 'settle'>
  /** By kind of job. A job of another kind is put aside. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** Jobs at a time. */
  readonly concurrency: number
  /** Lanes that this worker takes from; all by default. */
  readonly lanes?: readonly Lane[]
  /** Jobs at a time of one lane. */
  readonly limits?: Readonly<Partial<Record<Lane, number>>>
  readonly leaseSeconds?: number
  readonly maxAttempts?: number
  readonly timeoutSeconds?: number
  /** After the signal, running jobs may go on for so long before they are stopped and given back. */
  readonly graceSeconds?: number
  readonly log: Logger
  readonly metrics?: WorkerMetrics
}

const everyLane: readonly Lane[] = ['push', 'manual', 'delta', 'sweep']
/** Together they leave one place free (if there are two), so that a push never waits for a bulk job to end. */
const bulkLanes: ReadonlySet<Lane> = new Set(['delta', 'sweep'])

/** A dead worker's jobs are taken up after so long; three heartbeats fit in. */
const defaultLeaseSeconds = 60
const defaultMaxAttempts = 5
/** The largest images take some minutes from a slow registry. */
const defaultTimeoutSeconds = 3600
/** With the time that handlers have to wind up it stays within the 30 s that Kubernetes and Docker leave a process at most. */
const defaultGraceSeconds = 15
/** An idle worker asks again after so long; a job that comes meanwhile wakes it at once. */
const waitSeconds = 20
/** When the queue does not answer. */
const pauseMs = 2000

/**
 * Takes jobs and runs them until `signal` aborts. Then it takes no more, lets the running ones finish within the grace, stops
 * those that do not and gives them back at once. Resolves when nothing runs any more; never throws.
 */
export async function runWorker(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const runner = runnerOf(options)
  const running = new Map<LeasedJob, Promise<void>>()
  const stopAll = new AbortController()
  let wake = (): void => undefined
  const start = (job: LeasedJob): void => {
    const run = runJob(job, runner, stopAll.signal)
    const ended = run.finally(() => {
      running.delete(job)
      wake()
    })
    running.set(job, ended)
  }

  while (!signal.aborted) {
    // There is more room when a job has ended: then we stop waiting with the room that there was.
    const change = new AbortController()
    wake = () => change.abort()
    signal.addEventListener('abort', wake)
    const jobs = await receive(roomFor([...running.keys()], options), runner, change.signal)
    signal.removeEventListener('abort', wake)
    if (signal.aborted) await giveBack(jobs, runner)
    else jobs.forEach(start)
  }

  const grace = setTimeout(() => stopAll.abort(), (options.graceSeconds ?? defaultGraceSeconds) * 1000)
  await Promise.all(running.values())
  clearTimeout(grace)
}

/** Waits for jobs, or, where there is no room for any, for `change`. */
async function receive({ lanes, limit }: Room, runner: Runner, change: AbortSignal): Promise<readonly LeasedJob[]> {
  const { queue, leaseSeconds, log } = runner
  try {
    if (limit > 0) return await queue.receive({ lanes, limit, leaseSeconds, waitSeconds, signal: change })
    await sleep(waitSeconds * 1000, change)
  } catch (thrown) {
    const { code, message } = asTallymanError(thrown)
    log.warn({ code, error: message }, 'no jobs can be received')
    await sleep(pauseMs, change)
  }
  return []
}

/** If the queue does not take them, their leases run out. */
async function giveBack(jobs: readonly LeasedJob[], { queue }: Runner): Promise<void> {
  await Promise.allSettled(jobs.map((job) => queue.settle(job, { outcome: 'released' })))
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined)
}

function runnerOf({ queue, handlers, log, metrics, ...options }: WorkerOptions): Runner {
  return {
    queue,
    handlers,
    log,
    metrics,
    leaseSeconds: options.leaseSeconds ?? defaultLeaseSeconds,
    maxAttempts: options.maxAttempts ?? defaultMaxAttempts,
    timeoutSeconds: options.timeoutSeconds ?? defaultTimeoutSeconds,
  }
}

type Runner = JobRunner & Pick<WorkerOptions, 'queue'>

interface Room {
  /** Lanes from which one more job may run. */
  readonly lanes: readonly Lane[]
  /** So many jobs at most, from whichever of the lanes they come. */
  readonly limit: number
}

/** What may run beside the jobs that run. */
export function roomFor(running: readonly LeasedJob[], { concurrency, limits = {}, ...options }: RoomOptions): Room {
  const free = concurrency - running.length
  const bulkPlaces = Math.max(1, concurrency - 1)
  const bulkRoom = bulkPlaces - running.filter(({ lane }) => bulkLanes.has(lane)).length
  const roomIn = (lane: Lane): number => {
    const ownRoom = (limits[lane] ?? concurrency) - running.filter((job) => job.lane === lane).length
    return Math.min(free, ownRoom, bulkLanes.has(lane) ? bulkRoom : free)
  }
  const lanes = (options.lanes ?? everyLane).filter((lane) => roomIn(lane) > 0)
  return { lanes, limit: lanes.length > 0 ? Math.min(...lanes.map(roomIn)) : 0 }
}

type RoomOptions = Pick<WorkerOptions, 'concurrency' | 'lanes' | 'limits'>
