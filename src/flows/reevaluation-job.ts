import type { Job } from '../adapters/queue/queue.ts'

/** Whatever moved for stored images, one waiting job brings all of it to their verdicts; `cause` is what they say. */
export function reevaluationJob(cause: string): Job {
  return { lane: 'delta', kind: 'reevaluate', key: 'reevaluate', payload: { cause } }
}
