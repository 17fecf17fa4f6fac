import { createBell, type Bell } from './bell.ts'
import { lanes, type Lane, type LeasedJob } from './queue.ts'

/** How long a job may lie in the inbox, leased and not worked on, before it is given back. */
const keepMs = 1000

export interface Inbox extends Pick<Bell, 'rings' | 'heard'> {
  /** Whether a long poll of the lane is under way: then no other is needed. */
  isPolling(lane: Lane): boolean
  /** Starts a long poll unless one is under way. */
  poll(lane: Lane, receive: () => Promise<readonly LeasedJob[]>): void
  /** Throws what a long poll threw. */
  take(lane: Lane, limit: number): LeasedJob[]
  /** Wakes who waits. Resolves when all long polls have ended and what they brought is given back. */
  close(): Promise<void>
}

/**
 * Long polls of all lanes at once, of which the first to bring something ends the waiting. The others go on and their jobs
 * lie here for the next one who asks; if nobody does, they are given back. They are not cut off, because SQS may have
 * leased a job to a connection that we close just then, and nobody would work on it until the lease runs out.
 */
export function createInbox(giveBack: (job: LeasedJob) => Promise<void>): Inbox {
  const bell = createBell()
  const polls = new Map<Lane, Promise<void>>()
  const arrived = new Map(lanes.map((lane) => [lane, new Set<LeasedJob>()]))
  let failure: unknown

  async function arrive(lane: Lane, receive: () => Promise<readonly LeasedJob[]>): Promise<void> {
    try {
      for (const job of await receive()) {
        arrived.get(lane)?.add(job)
        setTimeout(() => void giveUp(job), keepMs)
      }
    } catch (thrown) {
      failure = thrown
    }
    polls.delete(lane)
    bell.ring()
  }

  async function giveUp(job: LeasedJob): Promise<void> {
    if (!arrived.get(job.lane)?.delete(job)) return
    // If it fails, the lease runs out and the job comes again.
    await giveBack(job).catch(() => undefined)
  }

  return {
    rings: () => bell.rings(),
    heard: (since, milliseconds, signal) => bell.heard(since, milliseconds, signal),
    isPolling: (lane) => polls.has(lane),

    poll(lane, receive) {
      if (!polls.has(lane)) polls.set(lane, arrive(lane, receive))
    },

    take(lane, limit) {
      const thrown = failure
      failure = undefined
      if (thrown !== undefined) throw thrown
      const jobs = [...(arrived.get(lane) ?? [])].slice(0, limit)
      for (const job of jobs) arrived.get(lane)?.delete(job)
      return jobs
    },

    async close() {
      bell.ring()
      await Promise.all(polls.values())
      await Promise.all([...arrived.values()].flatMap((jobs) => [...jobs].map(giveUp)))
    },
  }
}
