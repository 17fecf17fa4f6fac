import { chainIds } from '../../core/image/chain.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { ImageLayer } from '../../core/inventory/package.ts'
import { pageOf, paging } from './cursor.ts'
import { chainsOf } from './image-layers.ts'
import { imageRows, imageSummaries } from './image-list.ts'
import type { BaseImage, ImageSummary, Page, PageRequest } from './records.ts'
import { references } from './references.ts'
import { inserted } from './rows.ts'
import type { Db, Tx } from './schema.ts'

/** Images of one layer list that are looked at for a tag: builds that differ in their config alone. */
const maxTies = 20

/** The digest fixes the layers, so what a former scan wrote stays. Returns whether there was none. */
export async function saveChain(tx: Tx, image: number, layers: readonly ImageLayer[]): Promise<boolean> {
  const top = layers.length
  const rows = chainIds(layers).map((chain, index) => ({
    chain,
    is_top: index + 1 === top ? 1 : 0,
    image_id: image,
    depth: index + 1,
  }))
  let isNew = false
  for (const part of inserted(rows)) {
    const saved = await tx
      .insertInto('image_chain')
      .values([...part])
      .onConflict((oc) => oc.doNothing())
      .returning('image_id')
      .execute()
    isNew ||= saved.length > 0
  }
  return isNew
}

/** The stored image with the most layers that are all below the image's own last one. */
export async function baseOf(db: Db, digest: Digest): Promise<BaseImage | undefined> {
  const below = (await chainOf(db, digest)).slice(0, -1)
  if (below.length === 0) return undefined
  const bases = await basesAmong(db, below).execute()
  const ties = bases.filter(({ depth }) => depth === bases[0]?.depth)
  const known = await references(
    db,
    ties.map((tie) => tie.digest),
  )
  const named = ties.find((tie) => known.get(tie.digest)?.some((reference) => !reference.includes('@')))
  const base = named ?? ties[0]
  return base && { digest: base.digest as Digest, references: known.get(base.digest) ?? [], layers: base.depth }
}

/** Deepest first, then oldest first. */
export function basesAmong(db: Db, chains: readonly Digest[]) {
  return db
    .selectFrom('image_chain')
    .innerJoin('image', 'image.id', 'image_chain.image_id')
    .select(['image.digest', 'image_chain.depth'])
    .where('image_chain.chain', 'in', chains)
    .where('image_chain.is_top', '=', 1)
    .orderBy('image_chain.depth', 'desc')
    .orderBy('image_chain.image_id')
    .limit(maxTies)
}

/** Newest first. */
export async function imagesDerivedFrom(db: Db, digest: Digest, request: PageRequest): Promise<Page<ImageSummary>> {
  const page = paging<[number]>('derived', [0], request)
  const top = (await chainOf(db, digest)).at(-1)
  if (top === undefined) return { items: [], next: null }
  const rows = await imagesAbove(db, top)
    .$if(page.after !== undefined, (query) => query.where('image_chain.image_id', '<', page.after?.[0] ?? 0))
    .orderBy('image_chain.image_id', 'desc')
    .limit(page.limit + 1)
    .execute()
  const { items, next } = pageOf('derived', rows, page.limit, (row) => [row.id])
  return { items: await imageSummaries(db, items), next }
}

export function imagesAbove(db: Db, chain: Digest) {
  return imageRows(db)
    .innerJoin('image_chain', 'image_chain.image_id', 'image.id')
    .where('image_chain.chain', '=', chain)
    .where('image_chain.is_top', '=', 0)
}

async function chainOf(db: Db, digest: Digest): Promise<readonly Digest[]> {
  return (await chainsOf(db, [digest]))[0] ?? []
}
