import { setImmediate as nextTurn } from 'node:timers/promises'
import { judgeImage, type JudgeDeps } from './judge-image.ts'
import { matchPackages } from './match-packages.ts'
import type { Digest } from '../core/image/digest.ts'

/** Images judged between two looks at the event loop. */
const pageSize = 100

/**
 * Brings every stored verdict to the current snapshot and policy without pulling anything: each package version is matched
 * once, then each image is judged again. Safe to repeat and to interrupt: what is already current costs one read.
 * `changed` is called for each image whose verdict is another one than before.
 */
export async function reevaluate(
  cause: string,
  deps: JudgeDeps,
  changed: (digest: Digest) => Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly images: number; readonly changed: number }> {
  const { store } = deps
  const snapshot = await store.feeds.current()
  if (snapshot) await matchPackages('all', snapshot, deps, signal)
  const counts = { images: 0, changed: 0 }
  for (let page = await store.images.digests(null, pageSize); page.length > 0;) {
    for (const digest of page) {
      signal.throwIfAborted()
      const before = await store.verdicts.current(digest)
      const after = await judgeImage(digest, snapshot, cause, deps)
      counts.images += 1
      if (before?.decidedAt === after.decidedAt) continue
      counts.changed += 1
      await changed(digest)
    }
    await nextTurn()
    page = await store.images.digests(page.at(-1) ?? null, pageSize)
  }
  return counts
}
