import type { Digest } from '../../core/image/digest.ts'
import type { Engine } from './engine.ts'
import { locationId, saveLocation } from './location-rows.ts'
import { transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import type { SightingTables } from './store.ts'

export function sightingTables(db: Db, engine: Engine): SightingTables {
  return {
    async observe(location, digest, tag, at) {
      await transact(db, async (tx) => {
        const id = await saveLocation(tx, location)
        await tx
          .insertInto('sighting')
          .values({ location_id: id, digest, first_seen: at, last_seen: at, gone_at: null })
          .onConflict((oc) => oc.columns(['location_id', 'digest']).doUpdateSet({ last_seen: at, gone_at: null }))
          .execute()
        if (tag !== null) await moveTag(tx, engine, { location: id, tag, digest, at })
      })
    },

    async resolve(location, tag) {
      const id = await locationId(db, location)
      if (id === undefined) return undefined
      const row = await currentTags(db, id).where('tag', '=', tag).executeTakeFirst()
      const { registry, repository } = location
      return row && { registry, repository, tag, digest: row.digest as Digest, observedAt: row.last_seen }
    },

    async locations(digest) {
      const rows = await db
        .selectFrom('sighting')
        .innerJoin('location', 'location.id', 'sighting.location_id')
        .leftJoin('tag', (join) =>
          join
            .onRef('tag.location_id', '=', 'location.id')
            .onRef('tag.digest', '=', 'sighting.digest')
            .on('tag.ended_at', 'is', null),
        )
        .select(['location.id', 'location.registry', 'location.repository', 'tag.tag'])
        .where('sighting.digest', '=', digest)
        .where('sighting.gone_at', 'is', null)
        .orderBy('location.registry')
        .orderBy('location.repository')
        .orderBy('tag.tag')
        .execute()
      return [...Map.groupBy(rows, (row) => row.id).values()].flatMap(([first, ...others]) => {
        if (first === undefined) return []
        const { registry, repository } = first
        return [{ registry, repository, tags: [first, ...others].flatMap(({ tag }) => tag ?? []) }]
      })
    },

    async forget(location, { digest, tag }) {
      const now = new Date().toISOString()
      await transact(db, async (tx) => {
        const id = await locationId(tx, location)
        if (id === undefined) return
        await tx
          .updateTable('tag')
          .set({ ended_at: now })
          .where('location_id', '=', id)
          .where('ended_at', 'is', null)
          .$if(tag !== undefined, (query) => query.where('tag', '=', tag ?? ''))
          .$if(digest !== undefined, (query) => query.where('digest', '=', digest ?? ''))
          .execute()
        // A deleted tag leaves its manifest in the repository.
        if (tag !== undefined && digest === undefined) return
        await tx
          .updateTable('sighting')
          .set({ gone_at: now })
          .where('location_id', '=', id)
          .where('gone_at', 'is', null)
          .$if(digest !== undefined, (query) => query.where('digest', '=', digest ?? ''))
          .execute()
      })
    },
  }
}

interface Move {
  readonly location: number
  readonly tag: string
  readonly digest: string
  readonly at: string
}

/** A row for each time that the tag pointed elsewhere. What was seen before the last sighting comes late and changes nothing. */
async function moveTag(tx: Tx, engine: Engine, { location, tag, digest, at }: Move): Promise<void> {
  const current = await engine.forUpdate(currentTags(tx, location).where('tag', '=', tag)).executeTakeFirst()
  if (current !== undefined && Date.parse(at) < Date.parse(current.last_seen)) return
  if (current?.digest === digest) {
    await tx.updateTable('tag').set({ last_seen: at }).where('id', '=', current.id).execute()
    return
  }
  if (current !== undefined) {
    await tx.updateTable('tag').set({ ended_at: at }).where('id', '=', current.id).execute()
  }
  const row = { location_id: location, tag, digest, first_seen: at, last_seen: at, ended_at: null }
  await tx.insertInto('tag').values(row).execute()
}

function currentTags(db: Db, location: number) {
  return db
    .selectFrom('tag')
    .select(['id', 'digest', 'last_seen'])
    .where('location_id', '=', location)
    .where('ended_at', 'is', null)
}
