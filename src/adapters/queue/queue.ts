/** Lanes in the order in which workers take from them: a push overtakes all bulk work. */
export const lanes = ['push', 'manual', 'delta', 'sweep'] as const
export type Lane = (typeof lanes)[number]

/** One unit of queued work. `kind` names the flow that runs it, `payload` is that flow's plain-JSON argument. */
export interface Job {
  readonly lane: Lane
  readonly kind: string
  /** Jobs with the same key that wait at the same time become one (best effort on SQS: running twice does no harm). */
  readonly key: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Not before this many seconds have passed. */
  readonly delaySeconds?: number
}

/** A job that a worker holds until `leaseSeconds` after it was received or last extended; then it is given to another. */
export interface LeasedJob extends Job {
  readonly id: string
  /** 1 on the first try. */
  readonly attempt: number
  readonly enqueuedAt: Date
}

/** What became of a leased job. `dead` puts it aside, to be listed and replayed. */
export type Settlement =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'retry'; readonly delaySeconds: number; readonly error: string }
  | { readonly outcome: 'dead'; readonly error: string }

/** At least once. Two implementations pass one contract suite (test/queue-contract.ts): embedded.ts and sqs.ts. */
export interface Queue {
  /** Durable when it resolves. Sends that come together share one commit. */
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

export interface DeadJob extends LeasedJob {
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
  /** Newest first. */
  dead(options: { limit: number; cursor?: string }): Promise<{ jobs: readonly DeadJob[]; next: string | null }>
  /** Puts dead jobs back with a fresh count of attempts; returns how many there were. `'all'` or ids of dead(). */
  replay(ids: readonly string[] | 'all'): Promise<number>
}
