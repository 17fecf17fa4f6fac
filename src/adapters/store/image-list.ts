import type { ExpressionBuilder } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { Distro } from '../../core/inventory/package.ts'
import type { FindingCounts, Outcome } from '../../core/policy/policy.ts'
import { pageOf, paging } from './cursor.ts'
import { keyText } from './key-text.ts'
import { packagesInRange } from './packages-in-range.ts'
import type { ImageFilter, ImageSummary, Page, PageRequest } from './records.ts'
import { references } from './references.ts'
import type { Database, Db } from './schema.ts'

/** Newest first: by the order in which they were first stored. */
export async function listImages(db: Db, filter: ImageFilter, request: PageRequest): Promise<Page<ImageSummary>> {
  const page = paging<[number]>('images', [0], request)
  const packages = await packagesInRange(db, filter)
  const rows = await imagesAfter(db, filter, page.after?.[0], packages)
    .limit(page.limit + 1)
    .execute()
  const { items, next } = pageOf('images', rows, page.limit, (row) => [row.id])
  return { items: await imageSummaries(db, items), next }
}

/** In the order of a list, from the one after image `after` on. */
export function imagesAfter(db: Db, filter: ImageFilter, after?: number, packages?: readonly number[]) {
  // Equal by the join, but only the outcome's index has it in order: without, a list begins with all that fail, sorted.
  const id = isByOutcomeAlone(filter) ? 'verdict.image_id' : 'image.id'
  return imagesMatching(db, filter, packages)
    .$if(after !== undefined, (query) => query.where(id, '<', after ?? 0))
    .orderBy(id, 'desc')
}

/** `packages`: ids of those that an image must have one of, instead of what the filter says of packages. */
export function imagesMatching(db: Db, filter: ImageFilter, packages?: readonly number[]) {
  return imageRows(db).where((eb) => eb.and([...conditions(eb, filter, packages)]))
}

/** Images with their current verdicts. */
export function imageRows(db: Db) {
  return db
    .selectFrom('image')
    .leftJoin('verdict', (join) =>
      join.onRef('verdict.image_id', '=', 'image.id').on('verdict.superseded_at', 'is', null),
    )
    .select(['image.id', 'image.digest', 'image.platform', 'image.distro', 'image.size', 'image.scanned_at'])
    .select(['verdict.outcome', 'verdict.counts'])
}

type ImageRow = Awaited<ReturnType<ReturnType<typeof imageRows>['execute']>>[number]

export async function imageSummaries(db: Db, rows: readonly ImageRow[]): Promise<readonly ImageSummary[]> {
  const known = await references(
    db,
    rows.map((row) => row.digest),
  )
  return rows.map((row) => ({
    digest: row.digest as Digest,
    platform: row.platform,
    distro: row.distro === null ? null : (JSON.parse(row.distro) as Distro),
    size: row.size,
    scannedAt: row.scanned_at,
    outcome: row.outcome as Outcome | null,
    counts: row.counts === null ? null : (JSON.parse(row.counts) as FindingCounts),
    references: known.get(row.digest) ?? [],
  }))
}

type Images = ExpressionBuilder<Database, 'image' | 'verdict'>

function isByOutcomeAlone({ outcome, live: _live, ...others }: ImageFilter): boolean {
  return outcome !== undefined && Object.values(others).every((value) => value === undefined)
}

/** Each filter is a list of ids or digests that comes from an index, so the images are found by their keys. */
function* conditions(eb: Images, filter: ImageFilter, packages: readonly number[] | undefined) {
  const { outcome, package: wanted, vulnerability } = filter
  if (isByOutcomeAlone(filter)) yield eb('verdict.outcome', '=', outcome ?? '')
  else if (outcome !== undefined) yield eb('image.id', 'in', havingOutcome(eb, outcome))
  if (filter.live) yield eb.exists(lyingSomewhere(eb))
  if (packages !== undefined) yield eb('image.id', 'in', havingPackages(eb, packages))
  else if (wanted !== undefined) yield eb('image.id', 'in', havingPackage(eb, wanted))
  if (vulnerability !== undefined) yield eb('image.id', 'in', havingVulnerability(eb, vulnerability))
  if (filter.registry !== undefined || filter.repository !== undefined || filter.tag !== undefined) {
    const lying = lyingAt(eb, filter)
    const children = eb.selectFrom('index_child').select('index_child.digest').where('index_digest', 'in', lying)
    yield eb('image.digest', 'in', lying.union(children))
  }
}

function lyingSomewhere(eb: Images) {
  return eb
    .selectFrom('sighting')
    .select('sighting.digest')
    .whereRef('sighting.digest', '=', 'image.digest')
    .where('sighting.gone_at', 'is', null)
}

function havingOutcome(eb: Images, outcome: Outcome) {
  return eb
    .selectFrom('verdict')
    .select('verdict.image_id')
    .where('verdict.superseded_at', 'is', null)
    .where('verdict.outcome', '=', outcome)
}

function havingPackage(eb: Images, wanted: string) {
  // An npm scope begins with the same sign: `@scope/name` has no version.
  const at = wanted.lastIndexOf('@')
  const [name, version] = at > 0 ? [wanted.slice(0, at), wanted.slice(at + 1)] : [wanted, undefined]
  return eb
    .selectFrom('package')
    .innerJoin('set_package', 'set_package.package_id', 'package.id')
    .innerJoin('image_set', 'image_set.set_id', 'set_package.set_id')
    .select('image_set.image_id')
    .where('package.name', '=', name)
    .$if(version !== undefined, (query) => query.where('package.version', '=', version ?? ''))
}

function havingPackages(eb: Images, packages: readonly number[]) {
  return eb
    .selectFrom('set_package')
    .innerJoin('image_set', 'image_set.set_id', 'set_package.set_id')
    .select('image_set.image_id')
    .where('set_package.package_id', 'in', packages.length > 0 ? packages : [0])
}

/** Openly: what the owner of the affected files answers for does not count. */
function havingVulnerability(eb: Images, id: string) {
  return eb
    .selectFrom('vulnerability_alias')
    .innerJoin('package_match', 'package_match.vulnerability', 'vulnerability_alias.vulnerability')
    .innerJoin('package', 'package.id', 'package_match.package_id')
    .innerJoin('set_package', 'set_package.package_id', 'package_match.package_id')
    .innerJoin('image_set', 'image_set.set_id', 'set_package.set_id')
    .select('image_set.image_id')
    .where('vulnerability_alias.alias', '=', keyText(id))
    .where('package.owner', 'is', null)
}

function lyingAt(eb: Images, { registry, repository, tag }: ImageFilter) {
  const places = eb
    .selectFrom('location')
    .select('location.id')
    .$if(registry !== undefined, (query) => query.where('location.registry', '=', registry ?? ''))
    .$if(repository !== undefined, (query) => query.where('location.repository', '=', repository ?? ''))
  return tag === undefined
    ? eb
        .selectFrom('sighting')
        .select('sighting.digest')
        .where('sighting.gone_at', 'is', null)
        .where('sighting.location_id', 'in', places)
    : eb
        .selectFrom('tag')
        .select('tag.digest')
        .where('tag.ended_at', 'is', null)
        .where('tag.tag', '=', tag)
        .where('tag.location_id', 'in', places)
}
