import { Counter, Histogram, Registry } from 'prom-client'
import type { WorkerMetrics } from './flows/run-job.ts'

/** A scan takes half a second; the largest images and a whole re-evaluation minutes. */
const buckets = [0.1, 0.5, 1, 5, 15, 60, 300, 1800]

/** What the worker of this process did, for /metrics. */
export function workerMetrics(): WorkerMetrics & {
  readonly registry: Registry
  /** A push that no notification told of was found by the walk through its registry. */
  eventMissed(registry: string): void
} {
  const registry = new Registry()
  const ended = new Counter({
    name: 'tallyman_jobs_ended_total',
    help: 'Jobs by kind, lane and what became of them',
    labelNames: ['kind', 'lane', 'outcome'] as const,
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'tallyman_job_duration_seconds',
    help: 'How long jobs ran',
    labelNames: ['kind'] as const,
    buckets,
    registers: [registry],
  })
  const missed = new Counter({
    name: 'tallyman_events_missed_total',
    help: 'Pushes that the sweep of a registry found and that its notifications should have told of',
    labelNames: ['registry'] as const,
    registers: [registry],
  })
  return {
    registry,
    eventMissed: (name) => missed.inc({ registry: name }),
    jobEnded({ kind, lane }, outcome, seconds) {
      ended.inc({ kind, lane, outcome })
      duration.observe({ kind }, seconds)
    },
  }
}
