import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** Bulk work waits for so long at most: under a steady stream of pushes it goes on, one batch at a time. */
const longestWaitMs = 250

/** Lets bulk work of this process stand back while scans that somebody waits for are running. */
export interface PushGate {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Comes back when no such scan runs, or after a while. */
  pause(): Promise<void>
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
        if (left <= 0) return
        const over = new AbortController()
        const waited = sleep(left, undefined, { signal: over.signal }).catch(() => undefined)
        await Promise.race([Promise.allSettled(running), waited])
        over.abort()
      }
    },
  }
}
