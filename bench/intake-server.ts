import { readyRules } from '../src/core/policy/rules.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createEmbeddedQueue } from '../src/adapters/queue/embedded.ts'
import { queueMigrations } from '../src/adapters/queue/job-table.ts'
import { createStore } from '../src/adapters/store/create-store.ts'
import { distribution } from '../src/adapters/webhooks/distribution.ts'
import { createApp } from '../src/http/app.ts'

/*
 * The API with its webhook on a store of its own, until stdin ends. Prints its address first and the number of stored jobs
 * last. `single` as argument makes one commit of each request.
 */
const directory = await mkdtemp(join(tmpdir(), 'tallyman-bench-intake-'))
const store = await createStore({ url: join(directory, 'store.db'), extraMigrations: queueMigrations })
await store.migrate()
const queue = createEmbeddedQueue({ db: store.db, groupCommit: process.argv[2] !== 'single' })
const host = 'registry.example'
const hub = { name: 'hub', host, hosts: [host], dialect: distribution, secrets: ['open-sesame'] }
const app = await createApp({
  store,
  queue,
  registries: new Map([['hub', hub]]),
  tokens: [],
  policies: [],
  rules: async () => readyRules({ policies: [], exceptions: [] }),
  exceptions: { maxDays: 365, noticeDays: 7, approval: 'none' },
  report: () => Promise.reject(new Error('not asked for')),
  feeds: () => store.feeds.current(),
  log: pino({ level: 'silent' }),
  version: '0.0.0',
})
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
console.log(`http://127.0.0.1:${port}/webhooks/hub`)

for await (const _ of process.stdin);
const lanes = await queue.depth()
console.log(lanes.reduce((sum, { waiting }) => sum + waiting, 0))
await app.close()
await queue.close()
await store.close()
await rm(directory, { recursive: true })
