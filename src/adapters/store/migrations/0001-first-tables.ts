import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

type Db = Kysely<unknown>

/** All tables but the queue's. Their columns are explained in schema.ts. */
export async function firstTables(db: Db, engine: Engine): Promise<void> {
  await layerTables(db, engine)
  await imageTables(db, engine)
  await packageTables(db, engine)
  await feedTables(db, engine)
  await matchTables(db, engine)
  await verdictTables(db, engine)
  await sightingTables(db, engine)
  await writeBackTables(db, engine)
  await lockTable(db, engine)
}

async function layerTables(db: Db, engine: Engine): Promise<void> {
  const { text, bytes } = engine.types
  await db.schema
    .createTable('layer_facts')
    .addColumn('blob', text, (c) => c.notNull())
    .addColumn('catalogers', text, (c) => c.notNull())
    .addColumn('body', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('layer_facts_key', ['blob', 'catalogers'])
    .execute()
}

async function imageTables(db: Db, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('image')
    .addColumn('id', id)
    .addColumn('digest', text, (c) => c.notNull().unique())
    .addColumn('media_type', text, (c) => c.notNull())
    .addColumn('platform', text, (c) => c.notNull())
    .addColumn('created', text)
    .addColumn('size', integer, (c) => c.notNull())
    .addColumn('config_digest', text, (c) => c.notNull())
    .addColumn('layers', text, (c) => c.notNull())
    .addColumn('distro', text)
    .addColumn('package_count', integer, (c) => c.notNull())
    .addColumn('coverage', text, (c) => c.notNull())
    .addColumn('engine', text, (c) => c.notNull())
    .addColumn('catalogers', text, (c) => c.notNull())
    .addColumn('scanned_at', text, (c) => c.notNull())
    .execute()

  await keyOnly(
    engine,
    db.schema
      .createTable('image_chain')
      .addColumn('chain', text, (c) => c.notNull())
      .addColumn('is_top', integer, (c) => c.notNull())
      // No foreign key: without a second copy of the table as its index, it would read all of it for each image deleted.
      .addColumn('image_id', integer, (c) => c.notNull())
      .addColumn('depth', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('image_chain_key', ['chain', 'is_top', 'image_id']),
  ).execute()
  await db.schema
    .createTable('artifact')
    .addColumn('digest', text, (c) => c.notNull().primaryKey())
    .addColumn('description', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('image_index')
    .addColumn('digest', text, (c) => c.notNull().primaryKey())
    .addColumn('media_type', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('index_child')
    .addColumn('index_digest', text, (c) => c.notNull().references('image_index.digest').onDelete('cascade'))
    .addColumn('position', integer, (c) => c.notNull())
    .addColumn('digest', text, (c) => c.notNull())
    .addColumn('platform', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('index_child_key', ['index_digest', 'position'])
    .execute()
  await index(db, 'index_child', ['digest', 'index_digest'])
}

async function packageTables(db: Db, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('package')
    .addColumn('id', id)
    .addColumn('hash', text, (c) => c.notNull().unique())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('ecosystem', text, (c) => c.notNull())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('version', text, (c) => c.notNull())
    .addColumn('source_name', text)
    .addColumn('source_version', text)
    .addColumn('arch', text)
    .addColumn('purl', text, (c) => c.notNull())
    .addColumn('licenses', text, (c) => c.notNull())
    .addColumn('owner', text)
    .addColumn('matched_snapshot', integer, (c) => c.notNull().defaultTo(0))
    .execute()
  await index(db, 'package', ['name', 'id'])
  await index(db, 'package', ['ecosystem', 'name', 'id'])
  await index(db, 'package', ['version', 'name', 'id'])

  await db.schema
    .createTable('package_set')
    .addColumn('id', id)
    .addColumn('hash', text, (c) => c.notNull().unique())
    .addColumn('kind', text, (c) => c.notNull())
    .execute()
  await keyOnly(
    engine,
    db.schema
      .createTable('set_package')
      .addColumn('set_id', integer, (c) => c.notNull().references('package_set.id').onDelete('cascade'))
      .addColumn('package_id', integer, (c) => c.notNull().references('package.id'))
      .addPrimaryKeyConstraint('set_package_key', ['set_id', 'package_id']),
  ).execute()
  await index(db, 'set_package', ['package_id', 'set_id'])
  await keyOnly(
    engine,
    db.schema
      .createTable('image_set')
      .addColumn('image_id', integer, (c) => c.notNull().references('image.id').onDelete('cascade'))
      .addColumn('set_id', integer, (c) => c.notNull().references('package_set.id'))
      .addPrimaryKeyConstraint('image_set_key', ['image_id', 'set_id']),
  ).execute()
  await index(db, 'image_set', ['set_id', 'image_id'])
}

async function feedTables(db: Db, engine: Engine): Promise<void> {
  const { id, text, integer, bytes } = engine.types
  await db.schema
    .createTable('snapshot')
    .addColumn('number', integer, (c) => c.notNull().primaryKey())
    .addColumn('adopted_at', text, (c) => c.notNull())
    .addColumn('feeds', text, (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('advisory')
    .addColumn('id', id)
    .addColumn('feed', text, (c) => c.notNull())
    .addColumn('path', text, (c) => c.notNull())
    .addColumn('advisory_id', text, (c) => c.notNull())
    .addColumn('hash', text, (c) => c.notNull())
    .addColumn('since', integer, (c) => c.notNull())
    .addColumn('until', integer)
    .addColumn('withdrawn', text)
    .addColumn('ecosystems', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('advisory_body')
    .addColumn('advisory_id', integer, (c) => c.primaryKey().references('advisory.id').onDelete('cascade'))
    .addColumn('body', bytes, (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('advisory_lasting')
    .unique()
    .on('advisory')
    .columns(['feed', 'path'])
    .where(sql.ref('until'), 'is', null)
    .execute()
  await index(db, 'advisory', ['advisory_id'])
  await index(db, 'advisory', ['since'])
  await db.schema
    .createIndex('advisory_ended')
    .on('advisory')
    .column('until')
    .where(sql.ref('until'), 'is not', null)
    .execute()
  await keyOnly(
    engine,
    db.schema
      .createTable('affected')
      .addColumn('key', text, (c) => c.notNull())
      .addColumn('advisory_id', integer, (c) => c.notNull().references('advisory.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('affected_key', ['key', 'advisory_id']),
  ).execute()
  await index(db, 'affected', ['advisory_id'])
  await keyOnly(
    engine,
    db.schema
      .createTable('rated')
      .addColumn('id', text, (c) => c.notNull())
      .addColumn('advisory_id', integer, (c) => c.notNull().references('advisory.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('rated_key', ['id', 'advisory_id']),
  ).execute()
  await index(db, 'rated', ['advisory_id'])
}

async function matchTables(db: Db, engine: Engine): Promise<void> {
  const { id, text, integer, real } = engine.types
  await db.schema
    .createTable('package_match')
    .addColumn('id', id)
    .addColumn('package_id', integer, (c) => c.notNull().references('package.id').onDelete('cascade'))
    .addColumn('vulnerability', text, (c) => c.notNull())
    .addColumn('rank', integer, (c) => c.notNull())
    .addColumn('fixable', integer, (c) => c.notNull())
    .addColumn('advisory', text, (c) => c.notNull())
    .addColumn('fixed', text)
    .addColumn('severity', text, (c) => c.notNull())
    .addColumn('score', real)
    .addColumn('vector', text)
    .addColumn('ratings', text, (c) => c.notNull())
    .addColumn('published', text)
    .addColumn('summary', text)
    .addColumn('aliases', text, (c) => c.notNull())
    .addColumn('advisories', text, (c) => c.notNull())
    .addColumn('first_seen', text, (c) => c.notNull())
    .addUniqueConstraint('package_match_key', ['package_id', 'vulnerability'])
    .execute()
  await index(db, 'package_match', ['vulnerability', 'rank', 'fixable', 'package_id'])

  await db.schema
    .createTable('package_gap')
    .addColumn('package_id', integer, (c) => c.notNull().references('package.id').onDelete('cascade'))
    .addColumn('advisory', text, (c) => c.notNull())
    .addColumn('reason', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('package_gap_key', ['package_id', 'advisory'])
    .execute()

  await db.schema
    .createTable('vulnerability')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('rank', integer, (c) => c.notNull())
    .addColumn('fixable', integer, (c) => c.notNull())
    .addColumn('severity', text, (c) => c.notNull())
    .addColumn('score', real)
    .addColumn('published', text)
    .addColumn('summary', text)
    .execute()
  await index(db, 'vulnerability', ['rank', 'id'])
  await keyOnly(
    engine,
    db.schema
      .createTable('vulnerability_alias')
      .addColumn('alias', text, (c) => c.notNull())
      .addColumn('vulnerability', text, (c) => c.notNull().references('vulnerability.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('vulnerability_alias_key', ['alias', 'vulnerability']),
  ).execute()
  await index(db, 'vulnerability_alias', ['vulnerability'])
}

async function verdictTables(db: Db, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('verdict')
    .addColumn('id', id)
    .addColumn('image_id', integer, (c) => c.notNull().references('image.id').onDelete('cascade'))
    .addColumn('superseded_at', text)
    .addColumn('outcome', text, (c) => c.notNull())
    .addColumn('policy', text, (c) => c.notNull())
    .addColumn('reasons', text, (c) => c.notNull())
    .addColumn('counts', text, (c) => c.notNull())
    .addColumn('coverage', text, (c) => c.notNull())
    .addColumn('snapshot', integer)
    .addColumn('cause', text, (c) => c.notNull())
    .addColumn('decided_at', text, (c) => c.notNull())
    .addColumn('checked_at', text, (c) => c.notNull())
    .execute()
  await index(db, 'verdict', ['image_id', 'id'])
  await db.schema
    .createIndex('verdict_current')
    .unique()
    .on('verdict')
    .column('image_id')
    .where(sql.ref('superseded_at'), 'is', null)
    .execute()
  await db.schema
    .createIndex('verdict_current_outcome')
    .on('verdict')
    .columns(['outcome', 'image_id'])
    .where(sql.ref('superseded_at'), 'is', null)
    .execute()
}

async function sightingTables(db: Db, engine: Engine): Promise<void> {
  const { id, text, integer } = engine.types
  await db.schema
    .createTable('location')
    .addColumn('id', id)
    .addColumn('registry', text, (c) => c.notNull())
    .addColumn('repository', text, (c) => c.notNull())
    .addUniqueConstraint('location_key', ['registry', 'repository'])
    .execute()
  await index(db, 'location', ['repository'])
  await db.schema
    .createTable('sighting')
    .addColumn('location_id', integer, (c) => c.notNull().references('location.id'))
    .addColumn('digest', text, (c) => c.notNull())
    .addColumn('first_seen', text, (c) => c.notNull())
    .addColumn('last_seen', text, (c) => c.notNull())
    .addColumn('gone_at', text)
    .addPrimaryKeyConstraint('sighting_key', ['location_id', 'digest'])
    .execute()
  await index(db, 'sighting', ['digest'])
  await db.schema
    .createTable('tag')
    .addColumn('id', id)
    .addColumn('location_id', integer, (c) => c.notNull().references('location.id'))
    .addColumn('tag', text, (c) => c.notNull())
    .addColumn('digest', text, (c) => c.notNull())
    .addColumn('first_seen', text, (c) => c.notNull())
    .addColumn('last_seen', text, (c) => c.notNull())
    .addColumn('ended_at', text)
    .execute()
  await db.schema
    .createIndex('tag_current')
    .unique()
    .on('tag')
    .columns(['location_id', 'tag'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute()
  await index(db, 'tag', ['tag'])
  await index(db, 'tag', ['digest', 'location_id'])
}

async function writeBackTables(db: Db, engine: Engine): Promise<void> {
  const { text, integer } = engine.types
  await db.schema
    .createTable('write_back')
    .addColumn('location_id', integer, (c) => c.notNull().references('location.id'))
    .addColumn('digest', text, (c) => c.notNull())
    .addColumn('manifest', text, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('error', text)
    .addColumn('at', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('write_back_key', ['digest', 'location_id'])
    .execute()
  await db.schema
    .createTable('own_manifest')
    .addColumn('digest', text, (c) => c.notNull().primaryKey())
    .addColumn('written_at', text, (c) => c.notNull())
    .execute()
}

async function lockTable(db: Db, engine: Engine): Promise<void> {
  const { text, integer } = engine.types
  await db.schema
    .createTable('lock')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('holder', text, (c) => c.notNull())
    .addColumn('expires_at', integer, (c) => c.notNull())
    .execute()
}

/** A table that is nothing or little but its key: SQLite then has no rows beside the index. */
function keyOnly<T extends string, C extends string>(engine: Engine, builder: CreateTableBuilder<T, C>) {
  return engine.keyOnlyTable === undefined ? builder : builder.modifyEnd(engine.keyOnlyTable)
}

async function index(db: Db, table: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute()
}
