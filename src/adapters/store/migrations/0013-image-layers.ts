import { type Kysely, sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** Layers were two thirds of an image's row, which judging a fleet reads and they do not decide about. Columns: schema.ts. */
export async function imageLayers(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, integer } = engine.types
  await db.schema
    .createTable('image_layers')
    .addColumn('image_id', integer, (c) => c.primaryKey().references('image.id').onDelete('cascade'))
    .addColumn('layers', text, (c) => c.notNull())
    .execute()
  await sql`insert into image_layers (image_id, layers) select id, layers from image order by id`.execute(db)
  await db.schema.alterTable('image').dropColumn('layers').execute()
}
