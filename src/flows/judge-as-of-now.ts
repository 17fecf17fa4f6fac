import { judgeImage, scannedAgain, type JudgeDeps } from './judge-image.ts'
import { matchPackages } from './match-packages.ts'
import type { Digest } from '../core/image/digest.ts'

/**
 * Matches and judges a stored image against the current snapshot (`matching` false: against none). Feeds that are adopted
 * meanwhile may have been re-evaluated without it: then it looks again. `cause` is told of a verdict that becomes another.
 */
export async function judgeAsOfNow(
  digest: Digest,
  deps: JudgeDeps & { readonly matching?: boolean },
  signal: AbortSignal,
  cause = scannedAgain,
): Promise<void> {
  const { feeds } = deps.store
  const current = async () => (deps.matching === false ? undefined : feeds.current())
  let snapshot = await current()
  for (;;) {
    if (snapshot) await matchPackages({ image: digest }, snapshot, deps, signal)
    const matched = snapshot
    snapshot = await current()
    // Matches against a snapshot that is no longer in force are not kept: a verdict without them would pass.
    if (snapshot?.number !== matched?.number) continue
    await judgeImage(digest, matched, cause, deps)
    snapshot = await current()
    if (snapshot?.number === matched?.number) return
  }
}
