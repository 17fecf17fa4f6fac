import type { Digest } from '../../core/image/digest.ts'
import type { LayerFacts } from '../../core/layer/facts.ts'
import { packLarge, unpackLarge } from './packed.ts'
import type { Db } from './schema.ts'
import type { LayerTables } from './store.ts'

export function layerTables(db: Db): LayerTables {
  return {
    async get(blobs, catalogersKey) {
      if (blobs.length === 0) return new Map()
      const rows = await db
        .selectFrom('layer_facts')
        .select(['blob', 'body'])
        .where('blob', 'in', [...new Set(blobs)])
        .where('catalogers', '=', catalogersKey)
        .execute()
      const facts = rows.map(async (row) => [row.blob as Digest, (await unpackLarge(row.body)) as LayerFacts] as const)
      return new Map(await Promise.all(facts))
    },

    async save(facts, catalogersKey) {
      const row = { blob: facts.blob, catalogers: catalogersKey, body: await packLarge(facts) }
      // The same bytes read by the same catalogers: whoever came first wrote the same.
      await db
        .insertInto('layer_facts')
        .values(row)
        .onConflict((oc) => oc.doNothing())
        .execute()
    },
  }
}
