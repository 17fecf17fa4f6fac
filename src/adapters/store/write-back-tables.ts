import type { Digest } from '../../core/image/digest.ts'
import { saveLocation } from './location-rows.ts'
import type { WriteBackRecord } from './records.ts'
import { transact } from './rows.ts'
import type { Db } from './schema.ts'
import type { WriteBackTables } from './store.ts'

export function writeBackTables(db: Db): WriteBackTables {
  return {
    async of(digest) {
      const rows = await db
        .selectFrom('write_back')
        .innerJoin('location', 'location.id', 'write_back.location_id')
        .selectAll('write_back')
        .select(['location.registry', 'location.repository'])
        .where('write_back.digest', '=', digest)
        .orderBy('location.registry')
        .orderBy('location.repository')
        .execute()
      return rows.map(({ registry, repository, manifest, status, error, at }) => ({
        registry,
        repository,
        digest,
        manifest: manifest as Digest,
        status: status as WriteBackRecord['status'],
        error,
        at,
      }))
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
