import { sql } from 'kysely'
import { causeRanks, dueCause } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { chainsOf } from './image-layers.ts'
import { listed } from './rows.ts'
import type { Tx } from './schema.ts'
import { shareStanding } from './standing.ts'

/** What is built on a new image is due: what was its own may be its base's, and rules may ask for the base. */
export async function dueByBase(tx: Tx, digests: readonly string[]): Promise<void> {
  const chains = (await chainsOf(tx, digests)).flatMap((chain) => chain.at(-1) ?? [])
  if (chains.length === 0) return
  // By the chains themselves: the table has no index by image, and grows with all of them.
  await sql`
    insert into image_due (image_id, cause)
    select distinct image_id, ${dueCause(causeRanks.elsewhere, 'base changed')}
    from image_chain where chain in (${sql.join([...new Set(chains)])}) and is_top = 0
    on conflict (image_id) do nothing`.execute(tx)
}

/**
 * Where rules ask for places, an image (or those of an index) that lies elsewhere than before is due, and what is built on it:
 * lists of bases name them by their places. Call it first in a transaction that moves them.
 */
export async function placesAsked(tx: Tx, engine: Engine): Promise<(digests: readonly string[]) => Promise<void>> {
  const { asks_places: asked } = await shareStanding(tx, engine)
  return async (digests) => {
    for (const part of asked === 0 ? [] : listed([...new Set(digests)])) {
      const children = await tx
        .selectFrom('index_child')
        .select('digest')
        .distinct()
        .where('index_digest', 'in', part)
        .execute()
      for (const all of listed([...part, ...children.map(({ digest }) => digest)])) {
        await sql`
          insert into image_due (image_id, cause)
          select id, ${dueCause(causeRanks.elsewhere, 'place changed')} from image where digest in (${sql.join(all)})
          on conflict (image_id) do nothing`.execute(tx)
        await dueByBase(tx, all)
      }
    }
  }
}
