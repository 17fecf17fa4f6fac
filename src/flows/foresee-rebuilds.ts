import type { Store } from '../adapters/store/store.ts'
import { openIn } from '../core/policy/counts.ts'
import type { Rules } from '../core/policy/rules.ts'
import { paced, type Pause } from './paced.ts'
import { createPushGate } from './push-gate.ts'
import { judgeDue } from './rejudge.ts'

export interface ForeseeDeps {
  readonly store: Pick<Store, 'rebuilds' | 'feeds'>
  readonly rules: () => Promise<Rules>
  readonly now: () => Date
  readonly pause?: Pause
}

/**
 * Finds out which images would pass if their bases were rebuilt, for those that were judged since the last time. Safe to repeat
 * and to interrupt: what is left to do is in the store.
 */
export async function foreseeRebuilds(deps: ForeseeDeps, signal: AbortSignal): Promise<void> {
  const { store, pause = createPushGate().pause } = deps
  const step = async (limit: number) => {
    const bench = { rules: await deps.rules(), snapshot: await store.feeds.current(), now: deps.now().toISOString() }
    return store.rebuilds.foresee(limit, bench.rules, ({ feedCoverage, ...image }) => {
      const { verdict, counts } = judgeDue(image, feedCoverage, bench)
      return { outcome: verdict.outcome, open: openIn(counts) }
    })
  }
  await paced(step, pause, signal)
}
