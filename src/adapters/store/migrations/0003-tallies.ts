import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** What lets a feed change cost what it changes: packages by name, findings by class, and what is still to do. Columns: schema.ts. */
export async function tallies(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, integer } = engine.types
  await keyOnly(
    engine,
    db.schema
      .createTable('package_name')
      .addColumn('name', text, (c) => c.notNull())
      .addColumn('package_id', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('package_name_key', ['name', 'package_id']),
  ).execute()
  await db.schema
    .createIndex('package_unmatched')
    .on('package')
    .column('id')
    .where(sql.ref('matched_snapshot'), '=', sql.lit(0))
    .execute()

  await db.schema.createIndex('image_by_distro').on('image').column('distro').execute()
  await db.schema
    .alterTable('package_set')
    .addColumn('contents', text, (c) => c.notNull().defaultTo('{"ecosystems":{},"types":{}}'))
    .execute()
  await keyOnly(
    engine,
    db.schema
      .createTable('set_twin')
      .addColumn('set_id', integer, (c) => c.notNull().references('package_set.id').onDelete('cascade'))
      .addColumn('package_id', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('set_twin_key', ['set_id', 'package_id']),
  ).execute()
  await db.schema.createIndex('set_twin_by_package').on('set_twin').columns(['package_id', 'set_id']).execute()

  await keyOnly(
    engine,
    db.schema
      .createTable('package_tally')
      .addColumn('package_id', integer, (c) => c.notNull().references('package.id').onDelete('cascade'))
      .addColumn('class', integer, (c) => c.notNull())
      .addColumn('count', integer, (c) => c.notNull())
      .addColumn('counted', integer, (c) => c.notNull().defaultTo(0))
      .addPrimaryKeyConstraint('package_tally_key', ['package_id', 'class']),
  ).execute()
  await keyOnly(
    engine,
    db.schema
      .createTable('set_tally')
      .addColumn('set_id', integer, (c) => c.notNull().references('package_set.id').onDelete('cascade'))
      .addColumn('class', integer, (c) => c.notNull())
      .addColumn('count', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('set_tally_key', ['set_id', 'class']),
  ).execute()

  await db.schema
    .createTable('package_due')
    .addColumn('package_id', integer, (c) => c.primaryKey().references('package.id').onDelete('cascade'))
    .addColumn('cause', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('image_due')
    .addColumn('image_id', integer, (c) => c.primaryKey().references('image.id').onDelete('cascade'))
    .addColumn('cause', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('image_alone')
    .addColumn('image_id', integer, (c) => c.primaryKey().references('image.id').onDelete('cascade'))
    .execute()
  await db.schema
    .createTable('verdict_outbox')
    .addColumn('verdict_id', integer, (c) => c.primaryKey().references('verdict.id').onDelete('cascade'))
    .execute()
  await db.schema.createIndex('verdict_by_decided_at').on('verdict').columns(['decided_at', 'id']).execute()

  await db.schema
    .createTable('standing')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('matched', integer, (c) => c.notNull())
    .addColumn('target', integer, (c) => c.notNull())
    .addColumn('snapshot', integer, (c) => c.notNull())
    .addColumn('policy', text, (c) => c.notNull())
    .addColumn('checked_at', text)
    .execute()
  await sql`insert into standing (id, matched, target, snapshot, policy) values (1, 0, 0, 0, '')`.execute(db)
}

function keyOnly<T extends string, C extends string>(engine: Engine, builder: CreateTableBuilder<T, C>) {
  return engine.keyOnlyTable === undefined ? builder : builder.modifyEnd(engine.keyOnlyTable)
}
