import { setTimeout as pause } from 'node:timers/promises'
import type { Queue } from '../adapters/queue/queue.ts'
import type { Store } from '../adapters/store/store.ts'
import { asTallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { reevaluationJob } from './reevaluation-job.ts'

export interface WatchDeps {
  readonly store: Pick<Store, 'reevaluation'>
  readonly queue: Pick<Queue, 'send'>
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => Date
  /** Milliseconds between two looks; the end of a grace period is seen so late at most. */
  readonly everyMs?: number
}

const minuteMs = 60_000

/**
 * Sends what has become due without a feed or a rule changing to be judged again: periods that ended, images that moved. Looks every
 * minute until `signal` aborts; what cannot be looked at now is looked at the next time.
 */
export async function watchDue(deps: WatchDeps, signal: AbortSignal): Promise<void> {
  const { store, queue, log, now, everyMs = minuteMs } = deps
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    try {
      if (await store.reevaluation.isDue(now().toISOString())) await queue.send([reevaluationJob('time')])
    } catch (thrown) {
      const { code, message } = asTallymanError(thrown)
      log.warn({ code }, `what is due could not be looked at: ${message}`)
    }
  }
}
