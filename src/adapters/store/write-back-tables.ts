import type { Digest } from '../../core/image/digest.ts'
import { locationId, saveLocation } from './location-rows.ts'
import type { WriteBackRecord } from './records.ts'
import { transact } from './rows.ts'
import type { Db } from './schema.ts'
import type { WriteBackTables } from './store.ts'

export function writeBackTables(db: Db): WriteBackTables {
  return {
    async get({ registry, repository }, digest) {
      const id = await locationId(db, { registry, repository })
      if (id === undefined) return undefined
      const row = await db
        .selectFrom('write_back')
        .selectAll()
        .where('location_id', '=', id)
        .where('digest', '=', digest)
        .executeTakeFirst()
      if (row === undefined) return undefined
      return {
        registry,
        repository,
        digest,
        manifest: row.manifest as Digest,
        status: row.status as WriteBackRecord['status'],
        error: row.error,
        at: row.at,
      }
    },

    async save(record) {
      const { digest, manifest, status, error, at } = record
      await transact(db, async (tx) => {
        const row = { manifest, status, error, at }
        await tx
          .insertInto('write_back')
          .values({ location_id: await saveLocation(tx, record), digest, ...row })
          .onConflict((oc) => oc.columns(['location_id', 'digest']).doUpdateSet(row))
          .execute()
        // Kept when a successor replaces it: its push event may come late.
        await tx
          .insertInto('own_manifest')
          .values({ digest: manifest, written_at: at })
          .onConflict((oc) => oc.doNothing())
          .execute()
      })
    },

    async isOurs(manifest) {
      const row = await db.selectFrom('own_manifest').select('digest').where('digest', '=', manifest).executeTakeFirst()
      return row !== undefined
    },
  }
}
