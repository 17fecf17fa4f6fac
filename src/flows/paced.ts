/** Rows of the first batch; small, for nobody knows yet what a row costs. */
const firstLimit = 64
const maxLimit = 5_000

/**
 * Runs `step` in batches until it returns 0, with a pause between two. A batch grows and shrinks to take about `batchMs`: on
 * SQLite nobody else gets at the database meanwhile.
 */
export async function paced(
  batchMs: number,
  step: (limit: number) => Promise<number>,
  pause: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  let limit = firstLimit
  for (;;) {
    signal.throwIfAborted()
    const started = performance.now()
    if ((await step(limit)) === 0) return
    const factor = batchMs / Math.max(performance.now() - started, 1)
    limit = Math.round(Math.min(Math.max(limit * Math.min(factor, 2), 1), maxLimit))
    await pause()
  }
}
