import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { createEmbeddedQueue } from '../../src/adapters/queue/embedded.ts'
import { queueMigrations } from '../../src/adapters/queue/job-table.ts'
import type { Queue, QueueAdmin } from '../../src/adapters/queue/queue.ts'
import { createStore } from '../../src/adapters/store/create-store.ts'
import type { Store } from '../../src/adapters/store/store.ts'
import { distribution } from '../../src/adapters/webhooks/distribution.ts'
import { rulesInForce } from '../../src/flows/rules-in-force.ts'
import { builtInRules } from './rules.ts'
import { buildReport } from '../../src/flows/build-report.ts'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/deps.ts'

export interface Api {
  readonly app: FastifyInstance
  readonly store: Store
  readonly queue: Queue & QueueAdmin
  readonly deps: AppDeps
  close(): Promise<void>
}

export const hubSecret = 'open-sesame'
/** What the API takes for now. */
const apiNow = new Date('2026-05-02T12:00:00.000Z')

/** The API on a real store and queue in a directory of its own; `hub` (registry.example:5000) is declared. */
export async function startApi(overrides: Partial<AppDeps> = {}): Promise<Api> {
  const directory = await mkdtemp(join(tmpdir(), 'tallyman-api-'))
  const store = await createStore({ url: join(directory, 'store.db'), extraMigrations: queueMigrations })
  await store.migrate()
  const queue = createEmbeddedQueue({ db: store.db })
  const hub = {
    name: 'hub',
    host: 'registry.example:5000',
    hosts: ['registry.example:5000', 'mirror.example'],
    dialect: distribution,
    secrets: [hubSecret],
  }
  const deps: AppDeps = {
    store,
    queue,
    registries: new Map([[hub.name, hub]]),
    tokens: [],
    policies: [],
    rules: rulesInForce({ store, now: () => new Date() }, []),
    exceptions: { maxDays: 365, noticeDays: 7, approval: 'none' },
    report: (digest, reference) =>
      buildReport(digest, reference ?? null, { store, engine: '0.0.0', rules: async () => builtInRules }),
    feeds: () => store.feeds.current(),
    log: pino({ level: 'silent' }),
    version: '0.0.0',
    now: () => apiNow,
    ...overrides,
  }
  const app = await createApp(deps)
  const close = async () => {
    await app.close()
    await queue.close()
    await store.close()
    await rm(directory, { recursive: true, force: true })
  }
  return { app, store, queue, deps, close }
}
