/** Rows of the first batch; small, for nobody knows yet what a row costs. */
const firstLimit = 64
const maxLimit = 5_000

/** Called between two batches: comes back when the next may begin, with the milliseconds that it may take. */
export type Pause = () => Promise<number>

/**
 * Runs `step` in batches until it returns 0, with a pause between two. A batch grows and shrinks to take as long as it may: on
 * SQLite nobody else gets at the database meanwhile.
 */
export async function paced(
  step: (limit: number) => Promise<number>,
  pause: Pause,
  signal: AbortSignal,
): Promise<void> {
  let limit = firstLimit
  for (;;) {
    const mayTake = await pause()
    signal.throwIfAborted()
    const started = performance.now()
    if ((await step(limit)) === 0) return
    const factor = mayTake / Math.max(performance.now() - started, 1)
    limit = Math.round(Math.min(Math.max(limit * Math.min(factor, 2), 1), maxLimit))
  }
}
