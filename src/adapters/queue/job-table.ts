import { PostgresAdapter, sql, type ColumnType, type CreateTableBuilder, type Kysely, type RawBuilder } from 'kysely'
import type { Migration } from 'kysely/migration'

/** PostgreSQL's driver gives bigint as text. */
type Big = ColumnType<number | string, number | RawBuilder<number>, number | RawBuilder<number>>
type Id = ColumnType<number | string, number | string | undefined, never>

interface JobColumns {
  id: Id
  /** Index in `lanes`. */
  priority: number
  kind: string
  key: string
  /** JSON. */
  payload: string
  /** Milliseconds since 1970, as all times here. */
  enqueued_at: Big
  attempt: number
}

export interface JobTable extends JobColumns {
  /** May be received from this time on; for a leased job the end of its lease, so that expired leases need no sweeper. */
  ready_at: Big
  /** Null while it waits. */
  lease: string | null
  /** Of the last attempt. */
  error: string | null
}

interface DeadJobTable extends JobColumns {
  error: string
  died_at: Big
}

export interface QueueTables {
  job: JobTable
  dead_job: DeadJobTable
}

/** For the list of migrations that the store runs. */
export const queueMigrations: Readonly<Record<string, Migration>> = {
  '0001-queue': {
    async up(db) {
      await createTable(db, 'job')
        .addColumn('ready_at', 'bigint', (column) => column.notNull())
        .addColumn('lease', 'text')
        .addColumn('error', 'text')
        .execute()
      await db.schema.createIndex('job_ready').on('job').columns(['priority', 'ready_at', 'id']).execute()
      await db.schema
        .createIndex('job_waiting')
        .unique()
        .on('job')
        .columns(['kind', 'key'])
        .where(sql.ref('lease'), 'is', null)
        .execute()
      await createTable(db, 'dead_job')
        .addColumn('error', 'text', (column) => column.notNull())
        .addColumn('died_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('dead_job_newest').on('dead_job').columns(['died_at', 'id']).execute()
    },
  },
}

function createTable(db: Kysely<QueueTables>, name: string): CreateTableBuilder<string, keyof JobColumns> {
  const postgres = isPostgres(db)
  return db.schema
    .createTable(name)
    .addColumn('id', postgres ? 'bigint' : 'integer', (column) =>
      postgres ? column.generatedByDefaultAsIdentity().primaryKey() : column.primaryKey().autoIncrement(),
    )
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('enqueued_at', 'bigint', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
}

export function isPostgres(db: Kysely<QueueTables>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

/**
 * The database's clock in milliseconds: workers on several hosts compare leases, their clocks differ, and the database has
 * one. Constant within a statement on both engines, so that an index on ready_at serves the comparison.
 */
export function databaseNow(db: Kysely<QueueTables>): RawBuilder<number> {
  return isPostgres(db)
    ? sql<number>`(extract(epoch from statement_timestamp()) * 1000)::bigint`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
}

export function later(now: RawBuilder<number>, milliseconds: number): RawBuilder<number> {
  return sql<number>`${now} + ${sql.lit(Math.round(milliseconds))}`
}
