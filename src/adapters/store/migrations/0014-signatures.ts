import type { Kysely } from 'kysely'
import type { Engine } from '../engine.ts'

/** With which keys signatures were looked for. What was stored without them is looked for again. Columns: schema.ts. */
export async function signatures(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema.alterTable('image_facts').addColumn('signature_keys', engine.types.text).execute()
}
