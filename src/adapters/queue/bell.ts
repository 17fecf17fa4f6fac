/** Wakes those in this process who wait for a job. */
export interface Bell {
  /** How often it has rung: ask before you look for jobs, so that a ring while you look is not missed. */
  rings(): number
  ring(): void
  /** Resolves at the first ring after the count `since`, after `milliseconds`, or when `signal` aborts; true for a ring. */
  heard(since: number, milliseconds: number, signal: AbortSignal): Promise<boolean>
}

export function createBell(): Bell {
  const listeners = new Set<(rung: boolean) => void>()
  let rings = 0
  return {
    rings: () => rings,

    ring() {
      rings++
      for (const wake of listeners) wake(true)
    },

    async heard(since, milliseconds, signal) {
      if (rings !== since) return true
      if (signal.aborted) return false
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const giveUp = (): void => resolve(false)
      const timer = setTimeout(giveUp, milliseconds)
      signal.addEventListener('abort', giveUp, { once: true })
      listeners.add(resolve)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        listeners.delete(resolve)
      }
    },
  }
}
