import { chainIds } from '../../core/image/chain.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { ImageLayer } from '../../core/inventory/package.ts'
import type { Db, Tx } from './schema.ts'

export async function saveLayers(tx: Tx, image: number, layers: readonly ImageLayer[]): Promise<void> {
  const row = { layers: JSON.stringify(layers) }
  await tx
    .insertInto('image_layers')
    .values({ image_id: image, ...row })
    .onConflict((oc) => oc.column('image_id').doUpdateSet(row))
    .execute()
}

/** As the column has them. */
export function parseLayers(text: string): ImageLayer[] {
  return JSON.parse(text) as ImageLayer[]
}

/** Of each stored image of these its stack of layers, from the base up. */
export async function chainsOf(db: Db | Tx, digests: readonly string[]): Promise<readonly (readonly Digest[])[]> {
  const rows = await db
    .selectFrom('image')
    .innerJoin('image_layers', 'image_layers.image_id', 'image.id')
    .select('image_layers.layers')
    .where('image.digest', 'in', digests)
    .execute()
  return rows.map(({ layers }) => chainIds(parseLayers(layers)))
}
