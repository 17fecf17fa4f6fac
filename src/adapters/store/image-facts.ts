import type { Selectable } from 'kysely'
import type { Check } from '../../core/benchmark/check.ts'
import type { Digest } from '../../core/image/digest.ts'
import {
  judgedCheck,
  type ImageFacts,
  type JudgedCheck,
  type JudgedSecret,
  type Place,
} from '../../core/policy/image-facts.ts'
import type { Rules } from '../../core/policy/rules.ts'
import type { Secret } from '../../core/secrets/secret.ts'
import type { Signatures } from '../../core/signature/signatures.ts'
import type { Engine } from './engine.ts'
import { basesOf } from './image-chains.ts'
import { lastingAt } from './lasting-at.ts'
import type { ScanRecord } from './records.ts'
import { pack, unpack } from './packed.ts'
import { remembering } from './remembering.ts'
import type { Database, Db, Tx } from './schema.ts'

/** What is kept beside an image's row for judging: read for every image of a fleet, so it is small. */
interface StoredFacts {
  readonly labels: Readonly<Record<string, string>>
  readonly checks: readonly JudgedCheck[]
  readonly secrets: readonly JudgedSecret[]
}

/** Longer ones are icons and scripts, and fit no pattern. */
const maxLabelLength = 1_024
const maxLabels = 200

/** As the column has them. */
export function factsText({ labels, checks, secrets }: ScanRecord): string {
  const facts: StoredFacts = {
    labels: Object.fromEntries(
      Object.entries(labels)
        .filter(([name, value]) => name.length + value.length <= maxLabelLength)
        .slice(0, maxLabels),
    ),
    checks: checks.flatMap((check) => judgedCheck(check) ?? []),
    secrets: secrets.map(({ rule, path, layer }) => ({ rule, path, layer })),
  }
  return JSON.stringify(facts)
}

export function storedFacts(text: string | null | undefined): StoredFacts {
  return text ? (JSON.parse(text) as StoredFacts) : { labels: {}, checks: [], secrets: [] }
}

export async function saveFacts(
  tx: Tx,
  image: number,
  facts: string,
  { checks, secrets }: Pick<ScanRecord, 'checks' | 'secrets'>,
): Promise<void> {
  await tx
    .insertInto('image_facts')
    .values({ image_id: image, facts })
    .onConflict((oc) => oc.column('image_id').doUpdateSet({ facts }))
    .execute()
  const body = pack({ checks, secrets })
  await tx
    .insertInto('image_checks')
    .values({ image_id: image, body })
    .onConflict((oc) => oc.column('image_id').doUpdateSet({ body }))
    .execute()
}

export async function checksOf(
  db: Db,
  digest: Digest,
): Promise<{ readonly checks: readonly Check[]; readonly secrets: readonly Secret[] }> {
  const row = await db
    .selectFrom('image')
    .innerJoin('image_checks', 'image_checks.image_id', 'image.id')
    .select('image_checks.body')
    .where('image.digest', '=', digest)
    .executeTakeFirst()
  if (row === undefined) return { checks: [], secrets: [] }
  return unpack(row.body) as { checks: Check[]; secrets: Secret[] }
}

/** What of the facts is looked up: where nobody asks, a fleet of images is judged without it. */
type Asked = Pick<Rules, 'asksPlaces' | 'asksBase'>

const nothing = { facts: null, signatures: null }

export const everything: Asked = { asksPlaces: true, asksBase: () => true }

/** What facts are made of in an image's row, which who asks for many has read already. */
export const factColumns = ['id', 'digest', 'platform', 'created', 'size', 'distro'] as const
type FactRow = Pick<Selectable<Database['image']>, (typeof factColumns)[number]>

/** By image id. `at`: where they lay at that time, RFC 3339; without it, where they lie now. */
export async function factsOf(
  { db, engine }: { readonly db: Db | Tx; readonly engine: Engine },
  images: readonly FactRow[],
  asked: Asked,
  at?: string,
): Promise<ReadonlyMap<number, ImageFacts>> {
  const beside = await db
    .selectFrom('image_facts')
    .selectAll()
    .where('image_id', 'in', engine.among(images.map(({ id }) => id)))
    .execute()
  const byImage = new Map(beside.map((row) => [row.image_id, row]))
  const rows = images.map((image) => ({ ...image, ...(byImage.get(image.id) ?? nothing) }))
  const places = asked.asksPlaces
    ? await placesOf(
        db,
        rows.map(({ digest }) => digest),
        at,
      )
    : new Map<string, readonly Place[]>()
  const kept = new Map(rows.map(({ id, facts }) => [id, storedFacts(facts)]))
  const bases = await basesOf(
    { db, engine },
    [...kept].filter(([, stored]) => asked.asksBase(stored)).map(([id]) => id),
  )
  const facts = new Map<number, ImageFacts>()
  const distroOf = remembering((text) => JSON.parse(text) as ImageFacts['distro'])
  for (const { id, digest, platform, created, size, distro, ...row } of rows) {
    facts.set(id, {
      digest: digest as Digest,
      platform,
      created,
      size,
      distro: distro === null ? null : distroOf(distro),
      ...kept.get(id)!,
      signatures: row.signatures === null ? null : (JSON.parse(row.signatures) as Signatures),
      places: places.get(digest) ?? [],
      base: bases.get(id) ?? null,
    })
  }
  return facts
}

/** Where images lie, by themselves or in an index. What was gone and came back counts as never gone. */
async function placesOf(
  db: Db | Tx,
  digests: readonly string[],
  at: string | undefined,
): Promise<ReadonlyMap<string, readonly Place[]>> {
  const inIndexes = await db
    .selectFrom('index_child')
    .select(['digest as image', 'index_digest as digest'])
    .where('digest', 'in', digests)
    .execute()
  const holders = [...digests.map((digest) => ({ image: digest, digest })), ...inIndexes]
  const rows = await db
    .selectFrom('sighting')
    .innerJoin('location', 'location.id', 'sighting.location_id')
    .leftJoin('tag', (join) =>
      join
        .onRef('tag.location_id', '=', 'sighting.location_id')
        .onRef('tag.digest', '=', 'sighting.digest')
        .on((eb) => lastingAt(eb.ref('tag.first_seen'), eb.ref('tag.ended_at'), at)),
    )
    .select(['sighting.digest', 'location.registry', 'location.repository', 'tag.tag'])
    .where((eb) => lastingAt(eb.ref('sighting.first_seen'), eb.ref('sighting.gone_at'), at))
    .where('sighting.digest', 'in', [...new Set(holders.map(({ digest }) => digest))])
    .orderBy('location.registry')
    .orderBy('location.repository')
    .orderBy('tag.tag')
    .execute()
  const byHolder = Map.groupBy(rows, (row) => row.digest)
  const places = new Map<string, readonly Place[]>()
  for (const [image, own] of Map.groupBy(holders, (holder) => holder.image)) {
    const found = own.flatMap(({ digest }) => byHolder.get(digest) ?? [])
    const byPlace = Map.groupBy(found, ({ registry, repository }) => JSON.stringify([registry, repository]))
    places.set(
      image,
      [...byPlace.values()].map((at) => ({
        registry: at[0]!.registry,
        repository: at[0]!.repository,
        tags: [...new Set(at.flatMap(({ tag }) => tag ?? []))].sort(),
      })),
    )
  }
  return places
}
