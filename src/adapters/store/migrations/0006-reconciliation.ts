import type { Kysely } from 'kysely'
import type { Engine } from '../engine.ts'

/** How far the sweep of each registry has got. Columns: schema.ts. */
export async function reconciliation(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, integer } = engine.types
  await db.schema
    .createTable('sweep')
    .addColumn('registry', text, (c) => c.notNull().primaryKey())
    .addColumn('started_at', text, (c) => c.notNull())
    .addColumn('finished_at', text)
    .addColumn('last_finished_at', text)
    .addColumn('repositories', integer, (c) => c.notNull())
    .addColumn('tags', integer, (c) => c.notNull())
    .addColumn('enqueued', integer, (c) => c.notNull())
    .addColumn('forgotten', integer, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('sweep_repository')
    .addColumn('registry', text, (c) => c.notNull())
    .addColumn('repository', text, (c) => c.notNull())
    .addColumn('after_tag', text)
    .addPrimaryKeyConstraint('sweep_repository_key', ['registry', 'repository'])
    .execute()
}
