import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { AppDeps } from './deps.ts'

export interface HttpMetrics {
  readonly registry: Registry
  readonly notifications: Counter<'registry' | 'result'>
  /** Everything in Prometheus' text format: the API's own metrics, the gauges as they are now, and those of `deps.metrics`. */
  render(): Promise<string>
}

/** Up to a webhook's half a minute; the verdict's milliseconds need the fine end. */
const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30]

export function createMetrics(deps: AppDeps): HttpMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const notifications = new Counter({
    name: 'tallyman_notifications_total',
    help: 'Registry notifications by what became of them: accepted, refused, ignored and why',
    labelNames: ['registry', 'result'] as const,
    registers: [registry],
  })
  const gauges = [feedGauges(registry, deps), queueGauges(registry, deps)]
  const shown = deps.metrics ? Registry.merge([registry, deps.metrics]) : registry
  return {
    registry,
    notifications,
    async render() {
      // Settled, not all: a store that is down must not take the process' own metrics with it. Its gauges then have no value.
      await Promise.allSettled(gauges.map((update) => update()))
      return shown.metrics()
    },
  }
}

/** Routes are labelled by their pattern, never by the path: there are as many paths as images. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'tallyman_http_request_duration_seconds',
    help: 'Time to answer by route, method and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets,
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }
    seconds.observe(labels, reply.elapsedTime / 1_000)
  })
}

function feedGauges(registry: Registry, { feeds, store, now = () => new Date() }: AppDeps): () => Promise<void> {
  const snapshotNumber = new Gauge({
    name: 'tallyman_feed_snapshot',
    help: 'Number of the snapshot in force, 0 before the first',
    registers: [registry],
  })
  const age = new Gauge({
    name: 'tallyman_feed_age_seconds',
    help: 'Time since a feed was last fetched',
    labelNames: ['feed'] as const,
    registers: [registry],
  })
  const held = new Gauge({
    name: 'tallyman_feed_held',
    help: '1 where a new state of the feed was held back',
    labelNames: ['feed'] as const,
    registers: [registry],
  })
  const failing = new Gauge({
    name: 'tallyman_feed_failing_seconds',
    help: 'Time since which every attempt to read the feed failed, 0 where the last one did not',
    labelNames: ['feed'] as const,
    registers: [registry],
  })
  return async () => {
    snapshotNumber.remove()
    for (const gauge of [age, held, failing]) gauge.reset()
    const snapshot = await feeds()
    snapshotNumber.set(snapshot?.number ?? 0)
    for (const { name, fetched } of snapshot?.feeds ?? []) {
      age.set({ feed: name }, (now().getTime() - Date.parse(fetched)) / 1_000)
      held.set({ feed: name }, 0)
    }
    for (const { feed } of await store.feeds.candidates()) held.set({ feed }, 1)
    for (const { feed, failingSince } of await store.feeds.health()) {
      failing.set({ feed }, failingSince === null ? 0 : (now().getTime() - Date.parse(failingSince)) / 1_000)
    }
  }
}

function queueGauges(registry: Registry, { queue }: AppDeps): () => Promise<void> {
  const jobs = new Gauge({
    name: 'tallyman_jobs',
    help: 'Jobs in the queue by lane and state',
    labelNames: ['lane', 'state'] as const,
    registers: [registry],
  })
  return async () => {
    jobs.reset()
    for (const { lane, waiting, leased } of (await queue.depth?.()) ?? []) {
      jobs.set({ lane, state: 'waiting' }, waiting)
      jobs.set({ lane, state: 'leased' }, leased)
    }
  }
}
