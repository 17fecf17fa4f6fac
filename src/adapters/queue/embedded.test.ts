import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool } from 'pg'
import { describeQueue, type QueueUnderTest } from '../../../test/queue-contract.ts'
import { startPostgres } from '../../../test/support/postgres.ts'
import { sqliteDialect } from '../../../test/support/sqlite.ts'
import { createEmbeddedQueue } from './embedded.ts'
import { queueMigrations, type QueueTables } from './job-table.ts'

const maxAttempts = 3

async function onDatabase(db: Kysely<QueueTables>, stop: () => Promise<void>): Promise<QueueUnderTest> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...queueMigrations }) } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
  return {
    maxAttempts,
    mergesWaiting: true,
    forgivesReleased: true,
    open: async () => createEmbeddedQueue({ db, maxAttempts }),
    async clear() {
      await db.deleteFrom('job').execute()
      await db.deleteFrom('dead_job').execute()
    },
    async stop() {
      await db.destroy()
      await stop()
    },
  }
}

describeQueue('the embedded queue on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-queue-'))
  // One connection a process; test/queue-kill.test.ts has several processes.
  const db = new Kysely<QueueTables>({ dialect: sqliteDialect(join(folder, 'store.db')) })
  return onDatabase(db, () => rm(folder, { recursive: true }))
})

describeQueue('the embedded queue on PostgreSQL', async () => {
  const postgres = await startPostgres()
  const pool = new Pool({ connectionString: postgres.url, max: 8 })
  const db = new Kysely<QueueTables>({ dialect: new PostgresDialect({ pool }) })
  return onDatabase(db, () => postgres.stop())
})
