import type { Digest } from '../../core/image/digest.ts'
import { placesAsked } from './due-elsewhere.ts'
import type { Engine } from './engine.ts'
import { lastingAt } from './lasting-at.ts'
import { locationId, saveLocation } from './location-rows.ts'
import { rebuildDueOf } from './rebuild-due.ts'
import { transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import type { SightingTables } from './store.ts'

export function sightingTables(db: Db, engine: Engine): SightingTables {
  return {
    async observe(location, digest, tag, at) {
      await transact(db, async (tx) => {
        const moved = await placesAsked(tx, engine)
        const id = await saveLocation(tx, location)
        const wasThere = await liesIn(tx, id, digest)
        if (!wasThere) await rebuildDueOf(tx, [digest])
        await tx
          .insertInto('sighting')
          .values({ location_id: id, digest, first_seen: at, last_seen: at, gone_at: null })
          .onConflict((oc) => oc.columns(['location_id', 'digest']).doUpdateSet({ last_seen: at, gone_at: null }))
          .execute()
        const tagged = tag === null ? [] : await moveTag(tx, engine, { location: id, tag, digest, at })
        await moved(wasThere ? tagged : [digest, ...tagged])
      })
    },

    async resolve(location, tag) {
      const id = await locationId(db, location)
      if (id === undefined) return undefined
      const row = await currentTags(db, id).where('tag', '=', tag).executeTakeFirst()
      const { registry, repository } = location
      return row && { registry, repository, tag, digest: row.digest as Digest, observedAt: row.last_seen }
    },

    async resolveAt(location, tag, time) {
      const id = await locationId(db, location)
      if (id === undefined) return undefined
      const row = await db
        .selectFrom('tag')
        .select(['digest', 'first_seen'])
        .where('location_id', '=', id)
        .where('tag', '=', tag)
        .where((eb) => lastingAt(eb.ref('first_seen'), eb.ref('ended_at'), time))
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      const { registry, repository } = location
      return row && { registry, repository, tag, digest: row.digest as Digest, observedAt: row.first_seen }
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

    async repositories(registry) {
      const rows = await db
        .selectFrom('location')
        .select('repository')
        .where('registry', '=', registry)
        .where((eb) =>
          eb.or([
            eb.exists(
              eb
                .selectFrom('sighting')
                .select('sighting.digest')
                .whereRef('sighting.location_id', '=', 'location.id')
                .where('gone_at', 'is', null),
            ),
            eb.exists(
              eb
                .selectFrom('tag')
                .select('tag.id')
                .whereRef('tag.location_id', '=', 'location.id')
                .where('ended_at', 'is', null),
            ),
          ]),
        )
        .orderBy('repository')
        .execute()
      return rows.map((row) => row.repository)
    },

    async tags(location) {
      const id = await locationId(db, location)
      if (id === undefined) return []
      const rows = await currentTags(db, id).select('tag').orderBy('tag').execute()
      return rows.map(({ tag, digest }) => ({ tag, digest: digest as Digest }))
    },

    async untagged(location) {
      const id = await locationId(db, location)
      if (id === undefined) return []
      const rows = await db
        .selectFrom('sighting')
        .select('sighting.digest')
        .where('sighting.location_id', '=', id)
        .where('sighting.gone_at', 'is', null)
        .where('sighting.digest', 'not in', currentTags(db, id).clearSelect().select('tag.digest'))
        .where('sighting.digest', 'not in', (eb) =>
          eb
            .selectFrom('sighting as parent')
            .innerJoin('index_child', 'index_child.index_digest', 'parent.digest')
            .select('index_child.digest')
            .where('parent.location_id', '=', id)
            .where('parent.gone_at', 'is', null),
        )
        .orderBy('sighting.digest')
        .execute()
      return rows.map((row) => row.digest as Digest)
    },

    async forget(location, { digest, tag }) {
      const now = new Date().toISOString()
      await transact(db, async (tx) => {
        const moved = await placesAsked(tx, engine)
        const id = await locationId(tx, location)
        if (id === undefined) return
        const untagged = await tx
          .updateTable('tag')
          .set({ ended_at: now })
          .where('location_id', '=', id)
          .where('ended_at', 'is', null)
          .$if(tag !== undefined, (query) => query.where('tag', '=', tag ?? ''))
          .$if(digest !== undefined, (query) => query.where('digest', '=', digest ?? ''))
          .returning('digest')
          .execute()
        await moved(untagged.map((row) => row.digest))
        // A deleted tag leaves its manifest in the repository.
        if (tag !== undefined && digest === undefined) return
        const gone = await tx
          .updateTable('sighting')
          .set({ gone_at: now })
          .where('location_id', '=', id)
          .where('gone_at', 'is', null)
          .$if(digest !== undefined, (query) => query.where('digest', '=', digest ?? ''))
          .returning('digest')
          .execute()
        const digests = gone.map((row) => row.digest)
        await rebuildDueOf(tx, digests)
        await moved(digests)
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

/**
 * A row for each time that the tag pointed elsewhere. What was seen before the last sighting comes late and changes nothing.
 * Returns what lost the tag and what has it now.
 */
async function moveTag(tx: Tx, engine: Engine, { location, tag, digest, at }: Move): Promise<readonly string[]> {
  const current = await engine.forUpdate(currentTags(tx, location).where('tag', '=', tag)).executeTakeFirst()
  if (current !== undefined && Date.parse(at) < Date.parse(current.last_seen)) return []
  if (current?.digest === digest) {
    await tx.updateTable('tag').set({ last_seen: at }).where('id', '=', current.id).execute()
    return []
  }
  if (current !== undefined) {
    await tx.updateTable('tag').set({ ended_at: at }).where('id', '=', current.id).execute()
  }
  const row = { location_id: location, tag, digest, first_seen: at, last_seen: at, ended_at: null }
  await tx.insertInto('tag').values(row).execute()
  return [digest, ...(current === undefined ? [] : [current.digest])]
}

/** Whether the digest lies there, as far as is known. */
async function liesIn(tx: Tx, location: number, digest: string): Promise<boolean> {
  const row = await tx
    .selectFrom('sighting')
    .select('digest')
    .where('location_id', '=', location)
    .where('digest', '=', digest)
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

function currentTags(db: Db, location: number) {
  return db
    .selectFrom('tag')
    .select(['id', 'digest', 'last_seen'])
    .where('location_id', '=', location)
    .where('ended_at', 'is', null)
}
