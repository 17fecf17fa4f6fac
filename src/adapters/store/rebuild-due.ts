import { sql } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import { inserted, listed } from './rows.ts'
import type { Tx } from './schema.ts'

/** What rebuilding the bases of these images would change has to be found out again: they were judged, or came or went. */
export async function rebuildsDue(tx: Tx, images: readonly number[]): Promise<void> {
  for (const part of inserted(images.toSorted((a, b) => a - b))) {
    await tx
      .insertInto('rebuild_due')
      .values(part.map((id) => ({ image_id: id })))
      .onConflict((oc) => oc.doNothing())
      .execute()
  }
}

/** The same for an image that may be stored, by its digest. */
export async function rebuildDueOf(tx: Tx, digests: readonly string[]): Promise<void> {
  for (const part of listed(digests)) {
    const images = await tx.selectFrom('image').select('id').where('digest', 'in', part).execute()
    await rebuildsDue(
      tx,
      images.map(({ id }) => id),
    )
  }
}

/** The same for all images that are built on a stack of layers, whose image is new or has other packages than before. */
export async function rebuildsDueAbove(tx: Tx, chain: Digest): Promise<void> {
  await sql`
    insert into rebuild_due (image_id)
    select image_id from image_chain where chain = ${chain} and is_top = 0 order by image_id
    on conflict (image_id) do nothing`.execute(tx)
}
