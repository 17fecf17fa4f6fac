import { type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** Facts beside advisories, what changed in advisories, what was held back, and how reading went. Columns: schema.ts. */
export async function feedsAndGate(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('feed_fact')
    .addColumn('id', id)
    .addColumn('feed', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('key', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('since', integer, (c) => c.notNull())
    .addColumn('until', integer)
    .execute()
  await db.schema
    .createIndex('feed_fact_lasting')
    .unique()
    .on('feed_fact')
    .columns(['feed', 'key'])
    .where(sql.ref('until'), 'is', null)
    .execute()
  await db.schema.createIndex('feed_fact_by_key').on('feed_fact').columns(['key', 'kind']).execute()
  await db.schema.createIndex('feed_fact_by_since').on('feed_fact').column('since').execute()
  await db.schema
    .createIndex('feed_fact_ended')
    .on('feed_fact')
    .column('until')
    .where(sql.ref('until'), 'is not', null)
    .execute()

  await db.schema
    .createTable('feed_change')
    .addColumn('snapshot', integer, (c) => c.notNull())
    .addColumn('feed', text, (c) => c.notNull())
    .addColumn('path', text, (c) => c.notNull())
    .addColumn('aspects', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('feed_change_key', ['snapshot', 'feed', 'path'])
    .execute()
  await db.schema
    .createTable('feed_candidate')
    .addColumn('feed', text, (c) => c.notNull().primaryKey())
    .addColumn('fingerprint', text, (c) => c.notNull())
    .addColumn('approved', integer, (c) => c.notNull())
    .addColumn('held', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('feed_health')
    .addColumn('feed', text, (c) => c.notNull().primaryKey())
    .addColumn('attempted_at', text, (c) => c.notNull())
    .addColumn('failing_since', text)
    .addColumn('code', text)
    .addColumn('error', text)
    .execute()
}
