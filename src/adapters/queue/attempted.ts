import { setTimeout as pause } from 'node:timers/promises'
import { TallymanError } from '../../errors.ts'

/**
 * Codes of PostgreSQL: two processes stored the same keys in another order, and after a second the server rolled this one
 * back. Sorting by key would avoid it, but the jobs of one send should run in the order in which they were sent.
 */
const deadlocks: readonly unknown[] = ['40P01', '40001']
const deadlockRetries = 3

/** Runs a statement or transaction; what the database throws becomes QUEUE_UNAVAILABLE. */
export async function attempted<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (thrown) {
      if (tries > deadlockRetries || !isDeadlock(thrown)) {
        const message = `the queue's database did not ${what}: ${(thrown as Error).message}`
        throw new TallymanError('QUEUE_UNAVAILABLE', message, {}, { cause: thrown })
      }
      await pause(Math.random() * 50)
    }
  }
}

/** The store's connection may have wrapped the driver's error in one of ours. */
function isDeadlock(thrown: unknown): boolean {
  const { code, cause } = thrown as { code?: unknown; cause?: { code?: unknown } }
  return deadlocks.includes(code) || deadlocks.includes(cause?.code)
}
