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

async function onDatabase(connect: () => Kysely<QueueTables>, stop: () => Promise<void>): Promise<QueueUnderTest> {
  const db = connect()
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...queueMigrations }) } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
  return {
    maxAttempts,
    mergesWaiting: true,
    forgivesReleased: true,
    open: async () => createEmbeddedQueue({ db: connect(), maxAttempts }),
    async clear() {
      await db.deleteFrom('job').execute()
      await db.deleteFrom('dead_job').execute()
    },
    stop,
  }
}

describeQueue('the embedded queue on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-queue-'))
  // One connection a process; test/queue-kill.test.ts has several processes.
  const db = new Kysely<QueueTables>({ dialect: sqliteDialect(join(folder, 'store.db')) })
  return onDatabase(
    () => db,
    async () => {
      await db.destroy()
      await rm(folder, { recursive: true })
    },
  )
})

describeQueue('the embedded queue on PostgreSQL', async () => {
  const postgres = await startPostgres()
  const connections: Kysely<QueueTables>[] = []
  return onDatabase(
    () => {
      const pool = new Pool({ connectionString: postgres.url, max: 4 })
      const db = new Kysely<QueueTables>({ dialect: new PostgresDialect({ pool }) })
      connections.push(db)
      return db
    },
    async () => {
      for (const db of connections) await db.destroy()
      await postgres.stop()
    },
  )
})
