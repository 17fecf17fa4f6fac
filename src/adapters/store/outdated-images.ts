import { sql } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { OutdatedImage, SeenPosition } from './records.ts'
import type { Db } from './schema.ts'
import type { ImageTables } from './store.ts'

/** See ImageTables.outdated. */
export async function outdatedImages(
  db: Db,
  { catalogers, keys }: Parameters<ImageTables['outdated']>[0],
  after: SeenPosition | null,
  limit: number,
): Promise<readonly OutdatedImage[]> {
  const rows = await db
    .selectFrom('image')
    .innerJoin('sighting', 'sighting.digest', 'image.digest')
    .leftJoin('image_facts', 'image_facts.image_id', 'image.id')
    .select((eb) => ['image.digest', eb.fn.max('sighting.last_seen').as('seen')])
    .where((eb) =>
      eb.or([
        eb('image.catalogers', '<>', JSON.stringify(catalogers)),
        eb(eb.fn.coalesce('image_facts.signature_keys', eb.val('')), '<>', keys ?? ''),
      ]),
    )
    .where('sighting.gone_at', 'is', null)
    .groupBy('image.digest')
    .$if(after !== null, (query) =>
      query.having(
        sql<boolean>`(max(sighting.last_seen), image.digest) < (${after?.seen ?? ''}, ${after?.digest ?? ''})`,
      ),
    )
    .orderBy('seen', 'desc')
    .orderBy('image.digest', 'desc')
    .limit(limit)
    .execute()
  const images: OutdatedImage[] = []
  for (const { digest, seen } of rows) {
    images.push({ digest: digest as Digest, seen, roots: await rootsOf(db, digest) })
  }
  return images
}

/** Where it lies, as the index that it belongs to there, or as itself. */
async function rootsOf(db: Db, digest: string): Promise<OutdatedImage['roots']> {
  const rows = await db
    .selectFrom('sighting')
    .innerJoin('location', 'location.id', 'sighting.location_id')
    .leftJoin('index_child', 'index_child.digest', 'sighting.digest')
    .leftJoin('sighting as parent', (join) =>
      join
        .onRef('parent.digest', '=', 'index_child.index_digest')
        .onRef('parent.location_id', '=', 'sighting.location_id')
        .on('parent.gone_at', 'is', null),
    )
    .select(['location.registry', 'location.repository'])
    .select((eb) => eb.fn.max('parent.digest').as('parent'))
    .where('sighting.digest', '=', digest)
    .where('sighting.gone_at', 'is', null)
    .groupBy(['location.registry', 'location.repository'])
    .orderBy('location.registry')
    .orderBy('location.repository')
    .execute()
  return rows.map(({ registry, repository, parent }) => ({
    registry,
    repository,
    digest: (parent ?? digest) as Digest,
  }))
}
