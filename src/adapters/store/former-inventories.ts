import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry } from '../../core/inventory/package.ts'
import type { ImageFacts } from '../../core/policy/image-facts.ts'
import type { Engine } from './engine.ts'
import { storedFacts } from './image-facts.ts'
import { pack, unpack } from './packed.ts'
import type { ScanRecord } from './records.ts'
import type { Db, Tx } from './schema.ts'

/** What an inventory says of an image to those who judge it, beside its packages: these are counted with each verdict. */
interface InventoryFacts {
  readonly facts: Omit<ImageFacts, 'signatures' | 'places' | 'base'>
  readonly coverage: readonly CoverageEntry[]
}

/**
 * Keeps what the image was judged by if this scan finds it to be otherwise, or to have other packages: a digest's bytes never
 * change, but what catalogers and rules of newer versions see in them does. Returns the number of the scan's inventory.
 */
export async function keepFormerInventory(
  tx: Tx,
  engine: Engine,
  scan: ScanRecord,
  { facts, sets }: { readonly facts: string; readonly sets: readonly number[] },
): Promise<number> {
  const row = await engine.forUpdate(imageRow(tx, scan.digest)).executeTakeFirst()
  if (row === undefined) return 0
  const stored = await tx.selectFrom('image_facts').select('facts').where('image_id', '=', row.id).executeTakeFirst()
  const links = await tx.selectFrom('image_set').select('set_id').where('image_id', '=', row.id).execute()
  const sameSets = String(links.map((link) => link.set_id).sort(byNumber)) === String(sets.toSorted(byNumber))
  const same =
    sameSets &&
    stored?.facts === facts &&
    row.coverage === JSON.stringify(scan.coverage) &&
    row.distro === (scan.distro && JSON.stringify(scan.distro)) &&
    row.platform === scan.platform &&
    row.created === scan.created &&
    row.size === scan.size
  if (same) return row.inventory
  const body = pack(inventoryFacts(row, stored?.facts))
  await tx
    .insertInto('former_inventory')
    .values({ image_id: row.id, inventory: row.inventory, until: scan.scannedAt, body })
    .onConflict((oc) => oc.doNothing())
    .execute()
  return row.inventory + 1
}

const byNumber = (a: number, b: number): number => a - b

/** `until`: when another inventory took its place, RFC 3339; null: it stands. Undefined where the image is not stored. */
export async function inventoryOf(
  db: Db,
  digest: Digest,
  inventory: number,
): Promise<(InventoryFacts & { readonly until: string | null }) | undefined> {
  const row = await imageRow(db, digest).executeTakeFirst()
  if (row === undefined) return undefined
  if (row.inventory === inventory) {
    const stored = await db.selectFrom('image_facts').select('facts').where('image_id', '=', row.id).executeTakeFirst()
    return { ...inventoryFacts(row, stored?.facts), until: null }
  }
  const former = await db
    .selectFrom('former_inventory')
    .select(['until', 'body'])
    .where('image_id', '=', row.id)
    .where('inventory', '=', inventory)
    .executeTakeFirst()
  return former && { ...(unpack(former.body) as InventoryFacts), until: former.until }
}

function imageRow(db: Db | Tx, digest: Digest) {
  return db
    .selectFrom('image')
    .select(['id', 'digest', 'platform', 'created', 'size', 'distro', 'coverage', 'inventory'])
    .where('digest', '=', digest)
}

interface ImageRow {
  readonly digest: string
  readonly platform: string
  readonly created: string | null
  readonly size: number
  readonly distro: string | null
  readonly coverage: string
}

function inventoryFacts(
  { digest, platform, created, size, distro, coverage }: ImageRow,
  facts: string | undefined,
): InventoryFacts {
  return {
    facts: {
      digest: digest as Digest,
      platform,
      created,
      size,
      distro: distro === null ? null : (JSON.parse(distro) as ImageFacts['distro']),
      ...storedFacts(facts),
    },
    coverage: JSON.parse(coverage) as CoverageEntry[],
  }
}
