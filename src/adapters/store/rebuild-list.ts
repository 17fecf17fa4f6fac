import { sql, type ExpressionBuilder, type Selectable } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { Distro } from '../../core/inventory/package.ts'
import { pageOf, paging } from './cursor.ts'
import { parseLayers } from './image-layers.ts'
import type { BaseFilter, BaseSummary } from './rebuild-records.ts'
import type { Page, PageRequest } from './records.ts'
import { references } from './references.ts'
import type { Database, Db } from './schema.ts'

/** Images of one layer list that are looked at for a tag: builds that differ in their config alone. */
const maxTies = 20

/** Those first whose rebuild would turn most images green, of the outcome that is asked for or of any; then the newest. */
export async function listBases(db: Db, filter: BaseFilter, request: PageRequest): Promise<Page<BaseSummary>> {
  const { outcome, registry, repository } = filter
  const page = paging<[number, number]>(`bases ${outcome ?? ''}`, [0, 0], request)
  const green = greenOf(outcome)
  const rows = await db
    .selectFrom('base_rebuild')
    .selectAll()
    .select(green.as('green'))
    .$if(outcome !== undefined, (query) => query.where(outcome ?? 'fail', '>', 0))
    .$if(registry !== undefined || repository !== undefined, (query) =>
      query.where((eb) => eb.exists(lyingAt(eb, filter))),
    )
    .$if(page.after !== undefined, (query) => {
      const [count, id] = page.after ?? [0, 0]
      return query.where(sql<boolean>`(${green}, base_id) < (${count}, ${id})`)
    })
    .orderBy('green', 'desc')
    .orderBy('base_id', 'desc')
    .limit(page.limit + 1)
    .execute()
  const { items, next } = pageOf(`bases ${outcome ?? ''}`, rows, page.limit, (row) => [row.green, row.base_id])
  const images = await namedImages(
    db,
    items.map(({ chain }) => chain),
  )
  return { items: items.flatMap((row) => summaryOf(row, images.get(row.chain))), next }
}

type Bases = ExpressionBuilder<Database, 'base_rebuild'>

/** From each base to its places: there are few bases, and a registry holds most of what there is. */
function lyingAt(eb: Bases, { registry, repository }: BaseFilter) {
  return eb
    .selectFrom('image_chain as tie')
    .innerJoin('image', 'image.id', 'tie.image_id')
    .leftJoin('index_child', 'index_child.digest', 'image.digest')
    .innerJoin('sighting', (join) =>
      join.on((on) =>
        on.or([
          on('sighting.digest', '=', on.ref('image.digest')),
          on('sighting.digest', '=', on.ref('index_child.index_digest')),
        ]),
      ),
    )
    .innerJoin('location', 'location.id', 'sighting.location_id')
    .select('image.id')
    .whereRef('tie.chain', '=', 'base_rebuild.chain')
    .where('tie.is_top', '=', 1)
    .where('sighting.gone_at', 'is', null)
    .$if(registry !== undefined, (query) => query.where('location.registry', '=', registry ?? ''))
    .$if(repository !== undefined, (query) => query.where('location.repository', '=', repository ?? ''))
}

/** Images that would pass: of the outcome that is asked for, or all. */
function greenOf(outcome: BaseFilter['outcome']) {
  return outcome === undefined
    ? sql<number>`(warn_green + inconclusive_green + fail_green)`
    : sql<number>`${sql.ref(`${outcome}_green`)}`
}

interface NamedImage {
  readonly digest: string
  readonly platform: string
  readonly distro: string | null
  readonly layers: string
  readonly references: readonly string[]
}

/** By stack: the image that people know by it. */
async function namedImages(db: Db, chains: readonly string[]): Promise<Map<string, NamedImage>> {
  if (chains.length === 0) return new Map()
  const rows = await db
    .selectFrom((eb) =>
      eb
        .selectFrom('image_chain')
        .select(['chain', 'image_id'])
        .select(sql<number>`row_number() over (partition by chain order by image_id)`.as('place'))
        .where('chain', 'in', chains)
        .where('is_top', '=', 1)
        .as('tie'),
    )
    .innerJoin('image', 'image.id', 'tie.image_id')
    .innerJoin('image_layers', 'image_layers.image_id', 'image.id')
    .select(['tie.chain', 'image.digest', 'image.platform', 'image.distro', 'image_layers.layers'])
    .where('tie.place', '<=', maxTies)
    .orderBy('tie.image_id')
    .execute()
  const known = await references(
    db,
    rows.map((row) => row.digest),
  )
  const ties = Map.groupBy(
    rows.map((row) => ({ ...row, references: known.get(row.digest) ?? [] })),
    (row) => row.chain,
  )
  return new Map(
    [...ties].flatMap(([chain, images]) => {
      const named = images.find((image) => image.references.some((reference) => !reference.includes('@')))
      const image = named ?? images[0]
      return image ? [[chain, image] as const] : []
    }),
  )
}

function summaryOf(row: Selectable<Database['base_rebuild']>, image: NamedImage | undefined): BaseSummary[] {
  if (!image) return []
  return [
    {
      digest: image.digest as Digest,
      platform: image.platform,
      distro: image.distro === null ? null : (JSON.parse(image.distro) as Distro),
      references: image.references,
      layers: parseLayers(image.layers).length,
      images: { pass: row.pass, warn: row.warn, inconclusive: row.inconclusive, fail: row.fail },
      green: { warn: row.warn_green, inconclusive: row.inconclusive_green, fail: row.fail_green },
      relieved: row.relieved,
      closes: row.closes,
    },
  ]
}
