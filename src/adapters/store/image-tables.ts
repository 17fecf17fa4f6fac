import type { Selectable } from 'kysely'
import { chainIds } from '../../core/image/chain.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../../core/inventory/package.ts'
import type { Finding } from '../../core/policy/policy.ts'
import { suppressionOf } from '../../core/match/suppression.ts'
import { askedFindings, askedPackage } from './asked-findings.ts'
import { dueByBase } from './due-elsewhere.ts'
import type { Engine } from './engine.ts'
import { baseOf, imagesDerivedFrom, saveChain } from './image-chains.ts'
import { keepFormerInventory } from './former-inventories.ts'
import { checksOf, everything, factColumns, factsOf, factsText, saveFacts } from './image-facts.ts'
import { parseLayers, saveLayers } from './image-layers.ts'
import { listImages } from './image-list.ts'
import { finding, findingColumns, type MatchRow } from './match-rows.ts'
import { outdatedImages } from './outdated-images.ts'
import { packageColumns, packageRecord, type PackageRow } from './package-rows.ts'
import { references } from './references.ts'
import { rebuildsDueAbove } from './rebuild-due.ts'
import { saveSets } from './package-sets.ts'
import { saveSignatures } from './save-signatures.ts'
import type { ImageRecord, ScanRecord } from './records.ts'
import { inserted, listed, transact } from './rows.ts'
import type { Database, Db, Tx } from './schema.ts'
import { shareStanding } from './standing.ts'
import type { AskedImage, ImageTables } from './store.ts'

export function imageTables(db: Db, engine: Engine): ImageTables {
  return {
    async save(scan) {
      await transact(db, async (tx) => {
        await shareStanding(tx, engine)
        const sets = await saveSets(tx, scan.packages)
        const facts = factsText(scan)
        const inventory = await keepFormerInventory(tx, engine, scan, { facts, sets: sets.ids })
        const id = await saveImage(tx, scan, inventory)
        await saveLayers(tx, id, scan.layers)
        const others = await linkSets(tx, id, sets.ids)
        await markAlone(tx, id, sets.alone)
        if (await saveChain(tx, id, scan.layers)) await dueByBase(tx, [scan.digest])
        await saveFacts(tx, id, facts, scan)
        const chain = chainIds(scan.layers).at(-1)
        if (others && chain !== undefined) await rebuildsDueAbove(tx, chain)
      })
    },

    async saveIndex({ digest, mediaType, children }) {
      await transact(db, async (tx) => {
        const saved = await tx
          .insertInto('image_index')
          .values({ digest, media_type: mediaType })
          .onConflict((oc) => oc.doNothing())
          .returning('digest')
          .execute()
        // The digest is the content: an index that is there already has these children.
        if (saved.length === 0) return
        const rows = children.map((child, position) => ({ index_digest: digest, position, ...child }))
        for (const part of inserted(rows)) await tx.insertInto('index_child').values(part).execute()
      })
    },

    async get(digest) {
      const row = await db
        .selectFrom('image')
        .innerJoin('image_layers', 'image_layers.image_id', 'image.id')
        .selectAll('image')
        .select('image_layers.layers')
        .where('image.digest', '=', digest)
        .executeTakeFirst()
      return row && imageRecord(row)
    },

    async index(digest) {
      const row = await db.selectFrom('image_index').selectAll().where('digest', '=', digest).executeTakeFirst()
      if (row === undefined) return undefined
      const children = await db
        .selectFrom('index_child')
        .select(['digest', 'platform'])
        .where('index_digest', '=', digest)
        .orderBy('position')
        .execute()
      return {
        digest,
        mediaType: row.media_type,
        children: children.map((child) => ({ digest: child.digest as Digest, platform: child.platform })),
      }
    },

    async isChild(digest, { registry, repository }) {
      const found = await db
        .selectFrom('index_child')
        .innerJoin('sighting', 'sighting.digest', 'index_child.index_digest')
        .innerJoin('location', 'location.id', 'sighting.location_id')
        .select('index_child.digest')
        .where('index_child.digest', '=', digest)
        .where('sighting.gone_at', 'is', null)
        .where('location.registry', '=', registry)
        .where('location.repository', '=', repository)
        .limit(1)
        .executeTakeFirst()
      return found !== undefined
    },

    async indexesOf(images) {
      const found = new Set<Digest>()
      for (const part of listed(images)) {
        const rows = await db.selectFrom('index_child').select('index_digest').where('digest', 'in', part).execute()
        for (const row of rows) found.add(row.index_digest as Digest)
      }
      return [...found]
    },

    async saveArtifact(digest, description) {
      const row = { digest, description }
      await db
        .insertInto('artifact')
        .values(row)
        .onConflict((oc) => oc.doNothing())
        .execute()
    },

    async artifact(digest) {
      const row = await db.selectFrom('artifact').selectAll().where('digest', '=', digest).executeTakeFirst()
      return row?.description
    },

    async packages(digest) {
      const rows = await packagesOf(db, digest)
        .select(packageColumns)
        .orderBy('package.name')
        .orderBy('package.id')
        .execute()
      return rows.map(packageRecord)
    },

    findings: (digest) => findingsOf(db, digest),
    asked: (digest) => askedImage(db, digest),
    checks: (digest) => checksOf(db, digest),
    references: (digests) => references(db, digests),

    async facts(digest, at) {
      const row = await db.selectFrom('image').select(factColumns).where('digest', '=', digest).executeTakeFirst()
      return row && (await factsOf({ db, engine }, [row], everything, at)).get(row.id)
    },

    saveSignatures: (digest, looked) => transact(db, (tx) => saveSignatures({ tx, engine }, digest, looked)),

    base: (digest) => baseOf({ db, engine }, digest),
    derived: (digest, page) => imagesDerivedFrom(db, digest, page),
    list: (filter, page) => listImages(db, filter, page),

    outdated: (current, after, limit) => outdatedImages(db, current, after, limit),

    async digests(after, limit) {
      const rows = await db
        .selectFrom('image')
        .select('digest')
        .where('digest', '>', after ?? '')
        .orderBy('digest')
        .limit(limit)
        .execute()
      return rows.map((row) => row.digest as Digest)
    },
  }
}

async function findingsOf(db: Db | Tx, digest: Digest): Promise<readonly Finding[]> {
  const rows = await packagesOf(db, digest)
    .innerJoin('package_match', 'package_match.package_id', 'package.id')
    .selectAll('package_match')
    .select(findingColumns)
    .orderBy('package_match.rank')
    .orderBy('package.name')
    .orderBy('package_match.vulnerability')
    .orderBy('package.id')
    .execute()
  return rows.map(finding)
}

/**
 * See ImageTables.asked. Open ones alone: what a package is suppresses the others, whatever policies say. Of twins the first
 * by its hash, which is the one that the tallies count (package-sets.ts).
 */
export async function askedImage(db: Db | Tx, digest: Digest): Promise<AskedImage> {
  const packages = await packagesOf(db, digest).select(packageColumns).orderBy('package.id').execute()
  const rows = await packagesOf(db, digest)
    .innerJoin('package_match', 'package_match.package_id', 'package.id')
    .selectAll('package_match')
    .orderBy('package_match.rank')
    .orderBy('package_match.vulnerability')
    .orderBy('package.hash')
    .execute()
  return askedOf(db, packages, rows)
}

/** `rows` in that order: of twins' the first counts. `snapshot`: by what feeds said then. */
export async function askedOf(
  db: Db | Tx,
  packages: readonly PackageRow[],
  rows: readonly MatchRow[],
  snapshot?: number,
): Promise<AskedImage> {
  const byId = new Map(packages.map((row) => [row.id, row]))
  const distinct = new Map<string, (typeof rows)[number]>()
  for (const row of rows) {
    const subject = byId.get(row.package_id)!
    const key = `${subject.purl} ${row.vulnerability}`
    const counts = !suppressionOf({ ...askedPackage(subject), ownedBy: subject.owner })
    if (counts && !distinct.has(key)) distinct.set(key, row)
  }
  const open = [...distinct.values()]
  const findings = await askedFindings(db, open, true, snapshot)
  return {
    findings: findings.map((finding, index) => ({
      finding,
      subject: askedPackage(byId.get(open[index]!.package_id)!),
    })),
    packages: packages.map(askedPackage),
  }
}

async function saveImage(tx: Tx, scan: ScanRecord, inventory: number): Promise<number> {
  const row = {
    media_type: scan.mediaType,
    platform: scan.platform,
    created: scan.created,
    size: scan.size,
    config_digest: scan.configDigest,
    distro: scan.distro && JSON.stringify(scan.distro),
    package_count: scan.packages.length,
    coverage: JSON.stringify(scan.coverage),
    engine: scan.engine,
    catalogers: JSON.stringify(scan.catalogers),
    scanned_at: scan.scannedAt,
    inventory,
  }
  const { id } = await tx
    .insertInto('image')
    .values({ digest: scan.digest, ...row })
    .onConflict((oc) => oc.column('digest').doUpdateSet(row))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A rescan with other catalogers may have found other packages. Whether it has others than before, or is new. */
async function linkSets(tx: Tx, image: number, sets: readonly number[]): Promise<boolean> {
  const deleted = await tx
    .deleteFrom('image_set')
    .where('image_id', '=', image)
    .$if(sets.length > 0, (query) => query.where('set_id', 'not in', sets))
    .executeTakeFirstOrThrow()
  if (sets.length === 0) return deleted.numDeletedRows > 0n
  const linked = await tx
    .insertInto('image_set')
    .values(sets.map((set) => ({ image_id: image, set_id: set })))
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirstOrThrow()
  return deleted.numDeletedRows > 0n || (linked.numInsertedOrUpdatedRows ?? 0n) > 0n
}

async function markAlone(tx: Tx, image: number, alone: boolean): Promise<void> {
  if (alone) {
    await tx
      .insertInto('image_alone')
      .values({ image_id: image })
      .onConflict((oc) => oc.doNothing())
      .execute()
  } else {
    await tx.deleteFrom('image_alone').where('image_id', '=', image).execute()
  }
}

/** An image has a package through one set only, because sets are one a kind: no row comes twice. */
export function packagesOf(db: Db | Tx, digest: Digest) {
  return db
    .selectFrom('image')
    .innerJoin('image_set', 'image_set.image_id', 'image.id')
    .innerJoin('set_package', 'set_package.set_id', 'image_set.set_id')
    .innerJoin('package', 'package.id', 'set_package.package_id')
    .where('image.digest', '=', digest)
}

function imageRecord(row: Selectable<Database['image']> & { readonly layers: string }): ImageRecord {
  return {
    digest: row.digest as Digest,
    mediaType: row.media_type,
    platform: row.platform,
    created: row.created,
    size: row.size,
    configDigest: row.config_digest as Digest,
    layers: parseLayers(row.layers),
    distro: row.distro === null ? null : (JSON.parse(row.distro) as Distro),
    packageCount: row.package_count,
    coverage: JSON.parse(row.coverage) as CoverageEntry[],
    engine: row.engine,
    catalogers: JSON.parse(row.catalogers) as Record<string, number>,
    scannedAt: row.scanned_at,
  }
}
