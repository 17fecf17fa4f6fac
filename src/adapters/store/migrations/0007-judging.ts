import { type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** What policies ask of findings, packages and images, so that all of it is asked once and judged from counts. Columns: schema.ts. */
export async function judging(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { id, text, integer, bytes } = engine.types
  await db.schema
    .createTable('tally_class')
    .addColumn('id', id)
    // An index of the texts themselves would refuse those with many keys.
    .addColumn('hash', text, (c) => c.notNull().unique())
    .addColumn('body', text, (c) => c.notNull())
    .execute()
  // Classes had fixed numbers: all packages are asked anew, and all tallies are made from that.
  await sql`delete from set_tally`.execute(db)
  await sql`delete from package_tally`.execute(db)

  await db.schema
    .alterTable('package')
    .addColumn('asked', integer, (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema.alterTable('package').addColumn('ask_again', text).execute()
  await db.schema.createIndex('package_by_asked').on('package').column('asked').execute()
  await db.schema
    .createIndex('package_by_ask_again')
    .on('package')
    .column('ask_again')
    .where(sql.ref('ask_again'), 'is not', null)
    .execute()
  await db.schema.alterTable('package_match').addColumn('fixed_since', text).execute()
  await sql`update package_match set fixed_since = coalesce(published, first_seen) where fixed is not null`.execute(db)

  await db.schema.alterTable('verdict').addColumn('until', text).execute()
  await db.schema
    .createIndex('verdict_by_until')
    .on('verdict')
    .column('until')
    .where(sql<boolean>`superseded_at is null and until is not null`)
    .execute()
  await db.schema
    .alterTable('standing')
    .addColumn('asked', integer, (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('standing')
    .addColumn('asks_places', integer, (c) => c.notNull().defaultTo(0))
    .execute()
  for (const [name, value] of [
    ['questions', ''],
    ['exceptions', '[]'],
    ['stale', ''],
  ] as const) {
    await db.schema
      .alterTable('standing')
      .addColumn(name, text, (c) => c.notNull().defaultTo(value))
      .execute()
  }

  await db.schema
    .createTable('image_facts')
    .addColumn('image_id', integer, (c) => c.primaryKey().references('image.id').onDelete('cascade'))
    .addColumn('facts', text, (c) => c.notNull())
    .addColumn('signatures', text)
    .execute()
  await db.schema
    .createTable('image_checks')
    .addColumn('image_id', integer, (c) => c.primaryKey().references('image.id').onDelete('cascade'))
    .addColumn('body', bytes, (c) => c.notNull())
    .execute()
}
