import { type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** What was told of which image, what is still to be told, and the notices with how their delivery went. Columns: schema.ts. */
export async function notifications(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('notice_state')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('value', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('notice_told')
    .addColumn('image_id', integer, (c) => c.notNull().primaryKey().references('image.id').onDelete('cascade'))
    .addColumn('outcome', text, (c) => c.notNull())
    .addColumn('decided_at', text, (c) => c.notNull())
    .addColumn('seen', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('notice_change')
    .addColumn('id', id)
    .addColumn('run', text, (c) => c.notNull())
    .addColumn('image_id', integer, (c) => c.notNull().references('image.id').onDelete('cascade'))
    .addColumn('former', text)
    .addColumn('outcome', text, (c) => c.notNull())
    .addColumn('cause', text, (c) => c.notNull())
    .addColumn('decided_at', text, (c) => c.notNull())
    .addColumn('since', text)
    .addColumn('newest_rank', integer)
    .execute()
  await db.schema.createIndex('notice_change_by_run').on('notice_change').columns(['run', 'id']).execute()
  await db.schema.createIndex('notice_change_by_image').on('notice_change').column('image_id').execute()
  await db.schema
    .createTable('notice')
    .addColumn('number', id)
    .addColumn('id', text, (c) => c.notNull().unique())
    .addColumn('rule', text, (c) => c.notNull())
    .addColumn('body', text, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('attempts', integer, (c) => c.notNull())
    .addColumn('response', integer)
    .addColumn('error', text)
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('tried_at', text)
    .addColumn('next_try_at', text)
    .execute()
  await db.schema
    .createIndex('notice_due')
    .on('notice')
    .column('next_try_at')
    .where(sql.ref('next_try_at'), 'is not', null)
    .execute()
  // New findings are found by when they were first seen.
  await db.schema.createIndex('package_match_by_first_seen').on('package_match').column('first_seen').execute()
}
