import type { Kysely } from 'kysely'
import type { Engine } from '../engine.ts'

/** What verdicts were made of, so that each can be judged again from what is stored. Columns: schema.ts. */
export async function judgedEvidence(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { id, text, integer, bytes } = engine.types
  await db.schema
    .createTable('judged_part')
    .addColumn('id', id)
    .addColumn('hash', text, (c) => c.notNull().unique())
    .addColumn('body', bytes, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('rules_since')
    .addColumn('id', id)
    .addColumn('since', text, (c) => c.notNull())
    .addColumn('part', integer, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('rules_since_by_time').on('rules_since').column('since').execute()
  await db.schema
    .createTable('former_inventory')
    .addColumn('image_id', integer, (c) => c.notNull())
    .addColumn('inventory', integer, (c) => c.notNull())
    .addColumn('until', text, (c) => c.notNull())
    .addColumn('body', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('former_inventory_key', ['image_id', 'inventory'])
    .execute()
  await db.schema
    .alterTable('image')
    .addColumn('inventory', integer, (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema.alterTable('verdict').addColumn('evidence', text).execute()
}
