import { sql } from 'kysely'
import { chainIds } from '../../core/image/chain.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { ImageLayer } from '../../core/inventory/package.ts'
import type { JudgedBase } from '../../core/policy/image-facts.ts'
import { pageOf, paging } from './cursor.ts'
import type { Engine } from './engine.ts'
import { chainsOf, parseLayers } from './image-layers.ts'
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
export async function baseOf(store: ChainStore, digest: Digest): Promise<BaseImage | undefined> {
  const image = await store.db.selectFrom('image').select('id').where('digest', '=', digest).executeTakeFirst()
  const base = image && (await basesOf(store, [image.id])).get(image.id)
  return base && { digest: base.digest, references: base.references, layers: base.layers }
}

export interface ChainStore {
  readonly db: Db | Tx
  readonly engine: Engine
}

/**
 * Of many images at once, by id: the deepest; of several with the same layers the oldest that has a tag, else the oldest. Images
 * that are built on no stored one are left out.
 */
export async function basesOf(store: ChainStore, ids: readonly number[]): Promise<ReadonlyMap<number, JudgedBase>> {
  const { db, engine } = store
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('image_layers').selectAll().where('image_id', 'in', engine.among(ids)).execute()
  const below = new Map(rows.map(({ image_id: id, layers }) => [id, chainBelow(layers)]))
  const chains = [...new Set([...below.values()].flat())]
  const tops = Map.groupBy(await basesAmong(store, chains).execute(), ({ chain }) => chain)

  const ties = new Map<number, readonly BaseRow[]>()
  for (const [id, own] of below) {
    const deepest = own.findLast((chain) => tops.has(chain))
    if (deepest !== undefined) ties.set(id, tops.get(deepest)!)
  }
  const known = await references(db, [...new Set([...ties.values()].flat().map(({ digest }) => digest))])
  return new Map([...ties].map(([id, all]) => [id, namedFirst(all, known)]))
}

function namedFirst(ties: readonly BaseRow[], known: ReadonlyMap<string, readonly string[]>): JudgedBase {
  const named = ties.find((tie) => known.get(tie.digest)?.some((reference) => !reference.includes('@')))
  const { digest, created, depth } = named ?? ties[0]!
  return { digest: digest as Digest, references: known.get(digest) ?? [], created, layers: depth }
}

interface BaseRow {
  readonly chain: string
  readonly digest: string
  readonly created: string | null
  readonly depth: number
}

/** Images that are the whole of one of these chains, oldest first. */
export function basesAmong({ db, engine }: ChainStore, chains: readonly Digest[]) {
  const asked = engine.table(
    { chain: 'text' },
    chains.map((chain) => ({ chain })),
  )
  const numbered = db
    .selectFrom('image_chain')
    .select(['chain', 'image_id', 'depth'])
    .select(sql<number>`row_number() over (partition by chain order by image_id)`.as('place'))
    .where('is_top', '=', 1)
    .where('chain', 'in', sql<string>`(select chain from ${asked} as asked)`)
  return db
    .selectFrom(numbered.as('tie'))
    .innerJoin('image', 'image.id', 'tie.image_id')
    .select(['tie.chain', 'tie.depth', 'image.digest', 'image.created'])
    .where('tie.place', '<=', maxTies)
    .orderBy('tie.image_id')
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

/** Without the image's own last layer. */
function chainBelow(layers: string): readonly Digest[] {
  return chainIds(parseLayers(layers).slice(0, -1))
}
