import { setTimeout as pause } from 'node:timers/promises'
import { TallymanError } from '../../errors.ts'

/** Codes of PostgreSQL: two processes locked the same keys in another order, and the server rolled this one back. */
const deadlocks = new Set(['40P01', '40001'])
const deadlockRetries = 3

/** Runs a statement or transaction; what the database throws becomes QUEUE_UNAVAILABLE. */
export async function attempted<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof TallymanError) throw error
      const { code, message } = error as { code?: unknown; message?: string }
      if (tries > deadlockRetries || !deadlocks.has(String(code))) {
        throw new TallymanError(
          'QUEUE_UNAVAILABLE',
          `the queue's database did not ${what}: ${message}`,
          {},
          { cause: error },
        )
      }
      await pause(Math.random() * 50)
    }
  }
}
