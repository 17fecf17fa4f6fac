import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** Bulk work waits for so long at most: under a steady stream of pushes it goes on, one batch at a time. */
const longestWaitMs = 250

/**
 * How long a batch of bulk work may take: with every commit comes a wait for the disk, so batches are long where nobody waits
 * for them. A push that comes meanwhile waits for one of the long ones; its scan, which asks the store some ten times, for short ones.
 */
const batchMs = 150
const batchBesideScanMs = 40

/** Lets bulk work of this process stand back while scans that somebody waits for are running. */
export interface PushGate {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Comes back when no such scan runs, or after a while, with the milliseconds that the next batch may take. */
  pause(): Promise<number>
}

export function createPushGate(): PushGate {
  const running = new Set<Promise<unknown>>()
  return {
    async run(work) {
      const promise = work()
      running.add(promise)
      try {
        return await promise
      } finally {
        running.delete(promise)
      }
    },
    async pause() {
      await nextTurn()
      const deadline = performance.now() + longestWaitMs
      while (running.size > 0) {
        const left = deadline - performance.now()
        if (left <= 0) return batchBesideScanMs
        const over = new AbortController()
        const waited = sleep(left, undefined, { signal: over.signal }).catch(() => undefined)
        await Promise.race([Promise.allSettled(running), waited])
        over.abort()
      }
      return batchMs
    },
  }
}
