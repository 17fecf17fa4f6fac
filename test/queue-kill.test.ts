import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { createEmbeddedQueue } from '../src/adapters/queue/embedded.ts'
import { queueMigrations } from '../src/adapters/queue/job-table.ts'
import type { EffectTables } from './support/killed-worker.ts'
import { sqliteDialect } from './support/sqlite.ts'

const kills = 8

test(
  'workers that are killed at any point lose no job, and what a job does is there once in the end',
  { timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallyman-kill-'))
    const file = join(folder, 'store.db')
    const db = new Kysely<EffectTables>({ dialect: sqliteDialect(file) })
    for (const migration of Object.values(queueMigrations)) await migration.up(db)
    await db.schema.createTable('run').addColumn('key', 'text').execute()
    await db.schema
      .createTable('effect')
      .addColumn('key', 'text')
      .addColumn('part', 'integer')
      .addPrimaryKeyConstraint('effect_key', ['key', 'part'])
      .execute()
    const queue = createEmbeddedQueue({ db })

    const stored = new Set(Array.from({ length: 150 }, (_, index) => `job ${index}`))
    await queue.send([...stored].map((key) => ({ lane: 'delta', kind: 'apply', key, payload: { key } })))
    const startWorker = async (name: string): Promise<ChildProcess> => {
      const child = fork(join(import.meta.dirname, 'support/killed-worker.ts'), [file, name])
      await once(child, 'message')
      child.on('message', (key: string) => stored.add(key))
      return child
    }

    for (let kill = 1; kill <= kills; kill++) {
      const child = await startWorker(`worker ${kill}`)
      await sleep(Math.random() * 200)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    const last = await startWorker('last worker')
    await expect
      .poll(() => queue.depth(), { timeout: 40_000, interval: 200 })
      .toEqual([
        { lane: 'push', waiting: 0, leased: 0 },
        { lane: 'manual', waiting: 0, leased: 0 },
        { lane: 'delta', waiting: 0, leased: 0 },
        { lane: 'sweep', waiting: 0, leased: 0 },
      ])
    last.kill('SIGTERM')
    expect(await once(last, 'exit')).toEqual([0, null])

    const effects = await db.selectFrom('effect').select(['key', 'part']).execute()
    const done = new Set(effects.map(({ key }) => key))
    expect([...stored].filter((key) => !done.has(key))).toEqual([])
    expect(effects).toHaveLength(done.size * 2)
    expect((await queue.dead({ limit: 1 })).jobs).toEqual([])
    // Otherwise no kill hit a job, and the test shows nothing.
    const runs = await db.selectFrom('run').select('key').execute()
    expect(runs.length).toBeGreaterThan(done.size)

    await db.destroy()
    await rm(folder, { recursive: true })
  },
)
