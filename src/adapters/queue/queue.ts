/** Lanes in the order in which workers take from them: a push overtakes all bulk work. */
export const lanes = ['push', 'manual', 'delta', 'sweep'] as const
export type Lane = (typeof lanes)[number]

/** One unit of queued work. `kind` names the flow that runs it, `payload` is that flow's plain-JSON argument (limits.ts). */
export interface Job {
  readonly lane: Lane
  readonly kind: string
  /**
   * Jobs of the same kind and key that wait at the same time become one, of the earlier lane and the earlier time (best
   * effort on SQS: running twice does no harm). So the key names everything that tells one payload from another. A job
   * that is running takes no new one in: that one waits, and the work is done again after what it announces.
   */
  readonly key: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Not before this many seconds have passed. */
  readonly delaySeconds?: number
}

/** A job that a worker holds until `leaseSeconds` after it was received or last extended; then it is given to another. */
export interface LeasedJob extends Job {
  readonly id: string
  /** Opaque proof of the lease, another one each time that the job is received. */
  readonly lease: string
  /** 1 on the first try. */
  readonly attempt: number
  readonly enqueuedAt: Date
}

/**
 * What became of a leased job. `released` gives it back at once, as if it had not been received (SQS counts the attempt all
 * the same); `dead` puts it aside, to be listed and replayed.
 */
export type Settlement =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'released' }
  | { readonly outcome: 'retry'; readonly delaySeconds: number; readonly error: string }
  | { readonly outcome: 'dead'; readonly error: string }

/**
 * At least once. Two implementations pass one contract suite (test/queue-contract.ts): embedded.ts and sqs.ts. A job whose
 * lease ran out on its last attempt (its worker was killed each time) becomes dead instead of being received again. Every
 * method throws QUEUE_UNAVAILABLE when database or service do not answer.
 */
export interface Queue {
  /** Durable when it resolves. Sends that come together share one commit. INTERNAL if a job is over a limit (limits.ts). */
  send(jobs: readonly Job[]): Promise<void>
  /** Up to `limit` jobs, earlier lanes first; waits until there is one, `waitSeconds` have passed or `signal` aborts (then []). */
  receive(options: {
    lanes: readonly Lane[]
    limit: number
    leaseSeconds: number
    waitSeconds: number
    signal: AbortSignal
  }): Promise<LeasedJob[]>
  /** Heartbeat. False if the lease was lost to another worker: stop the work, its result will be made again. */
  extend(job: LeasedJob, leaseSeconds: number): Promise<boolean>
  /** Ignored if the lease was lost. */
  settle(job: LeasedJob, settlement: Settlement): Promise<void>
  close(): Promise<void>
}

export interface DeadJob extends Omit<LeasedJob, 'lease'> {
  readonly error: string
  readonly diedAt: Date
}

export interface LaneDepth {
  readonly lane: Lane
  readonly waiting: number
  readonly leased: number
}

/** What operators look at. */
export interface QueueAdmin {
  depth(): Promise<readonly LaneDepth[]>
  /** Newest first, `limit` at most `maxDeadPage`. REQUEST_INVALID if the cursor is not one of ours. */
  dead(options: { limit: number; cursor?: string }): Promise<{ jobs: readonly DeadJob[]; next: string | null }>
  /** Puts dead jobs back with a fresh count of attempts; returns how many there were. `'all'` or ids of dead(). */
  replay(ids: readonly string[] | 'all'): Promise<number>
}
