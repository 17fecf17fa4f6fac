import { type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** What rebuilding a base would change, by image and base, its sums by base, and whose rows are still to be made. Columns: schema.ts. */
export async function rebuilds(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, integer } = engine.types
  await db.schema
    .createTable('rebuild')
    .addColumn('image_id', integer, (c) => c.notNull().references('image.id').onDelete('cascade'))
    .addColumn('base_id', integer, (c) => c.notNull())
    .addColumn('outcome', text, (c) => c.notNull())
    .addColumn('rebuilt', text, (c) => c.notNull())
    .addColumn('closes', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('rebuild_key', ['image_id', 'base_id'])
    .execute()
  let sums = db.schema
    .createTable('base_rebuild')
    .addColumn('base_id', integer, (c) => c.primaryKey().references('image.id').onDelete('cascade'))
    .addColumn('chain', text, (c) => c.notNull())
  for (const name of ['pass', 'warn', 'inconclusive', 'fail', 'warn_green', 'inconclusive_green', 'fail_green']) {
    sums = sums.addColumn(name, integer, (c) => c.notNull())
  }
  await sums
    .addColumn('relieved', integer, (c) => c.notNull())
    .addColumn('closes', integer, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('base_rebuild_by_chain').on('base_rebuild').column('chain').execute()
  await db.schema
    .createTable('rebuild_due')
    .addColumn('image_id', integer, (c) => c.primaryKey())
    .execute()
  await sql`insert into rebuild_due (image_id) select id from image`.execute(db)
}
