import { type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** Policies and exceptions in all their versions, and a counter that grows with every change. Columns: schema.ts. */
export async function policiesAndExceptions(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('policy_version')
    .addColumn('id', id)
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('document', text, (c) => c.notNull())
    .addColumn('fingerprint', text, (c) => c.notNull())
    .addColumn('since', text, (c) => c.notNull())
    .addColumn('until', text)
    .execute()
  await db.schema
    .createTable('exception_version')
    .addColumn('id', id)
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('starts_at', text, (c) => c.notNull())
    .addColumn('ends_at', text)
    .addColumn('approved', integer, (c) => c.notNull())
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('ended_at', text)
    .addColumn('since', text, (c) => c.notNull())
    .addColumn('until', text)
    .execute()
  for (const table of ['policy_version', 'exception_version']) {
    await db.schema
      .createIndex(`${table}_lasting`)
      .unique()
      .on(table)
      .column('name')
      .where(sql.ref('until'), 'is', null)
      .execute()
    await db.schema.createIndex(`${table}_by_since`).on(table).column('since').execute()
  }

  await db.schema
    .createTable('rules_revision')
    .addColumn('id', integer, (c) => c.notNull().primaryKey())
    .addColumn('number', integer, (c) => c.notNull())
    .execute()
  await sql`insert into rules_revision (id, number) values (1, 0)`.execute(db)
}
