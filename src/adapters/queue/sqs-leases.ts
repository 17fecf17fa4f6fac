import type { LeasedJob } from './queue.ts'

export interface Leases {
  /** Begins or extends. */
  hold(job: LeasedJob, seconds: number): void
  isHeld(job: LeasedJob): boolean
  drop(job: LeasedJob): void
}

/**
 * SQS lets the former holder of an expired lease delete or hide a message that another works on by now, so we keep the time
 * ourselves and leave a message alone when our lease is over. By this process's clock: nobody sets it back.
 */
export function createLeases(): Leases {
  const ends = new Map<string, number>()
  return {
    hold({ lease }, seconds) {
      const now = performance.now()
      // What ended long ago was never settled; it is forgotten, so that the map stays as small as the work in hand.
      for (const [other, end] of ends) if (end < now) ends.delete(other)
      ends.set(lease, now + seconds * 1000)
    },
    isHeld: ({ lease }) => (ends.get(lease) ?? 0) > performance.now(),
    drop: ({ lease }) => void ends.delete(lease),
  }
}
