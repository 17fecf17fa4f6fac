import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Tx } from './schema.ts'
import { isConflict } from './store-error.ts'

/** Values in one `in (…)`: few enough for both engines' parameter limits, many enough that the round trip does not matter. */
const maxListed = 1_000

/** Rows of one insert, whatever their width: 200 rows of 20 columns are far from SQLite's 32,766 parameters. */
const maxInserted = 500

export function* listed<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += maxListed) yield values.slice(start, start + maxListed)
}

export function* inserted<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += maxInserted) yield rows.slice(start, start + maxInserted)
}

const maxAttempts = 6
const maxPauseMs = 40

/**
 * Runs `work` in one transaction, again where it lost against another writer (rows are locked in one order everywhere, so
 * that is rare). Keep it short: on SQLite nothing else in this process runs meanwhile.
 */
export async function transact<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (thrown) {
      if (attempt === maxAttempts || !isConflict(thrown)) throw thrown
      await sleep(Math.random() * maxPauseMs * attempt)
    }
  }
}
