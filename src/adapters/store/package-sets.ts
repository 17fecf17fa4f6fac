import { createHash } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { InstalledPackage, PackageType } from '../../core/inventory/package.ts'
import { contentsOf } from '../../core/match/feed-coverage.ts'
import { namesOf } from './package-names.ts'
import { packageRow } from './package-rows.ts'
import { inserted, listed } from './rows.ts'
import type { Database, Tx } from './schema.ts'
import { tallySet } from './set-tallies.ts'
import { twinsAmong } from './twins.ts'

type NewPackage = Insertable<Database['package']>

interface PackageSet {
  readonly hash: string
  readonly kind: string
  readonly packages: readonly NewPackage[]
}

export interface SavedSets {
  readonly ids: readonly number[]
  /** The sets' tallies do not add up to the image's: the same purl stands for different packages. */
  readonly alone: boolean
}

/** OS packages come from one database and change together; each language tree has its own life. */
function kindOf(type: PackageType): string {
  return type === 'deb' || type === 'apk' || type === 'rpm' ? 'os' : type
}

/**
 * Stores the packages as one content-addressed set a kind and returns the sets' ids. A set that exists is complete, so
 * an image on a known base writes only what is new. Rows are written in the order of their hashes, packages before sets:
 * two savers that wait for each other's new rows wait in one direction.
 */
export async function saveSets(tx: Tx, packages: readonly InstalledPackage[]): Promise<SavedSets> {
  const sets = setsOf(packages)
  const known = await idsOf(tx, 'package_set', sets)
  const missing = sets.filter((set) => !known.has(set.hash))
  const packageIds = await savePackages(tx, missing)

  for (const { hash, kind, packages: members } of missing) {
    const set = await tx
      .insertInto('package_set')
      .values({ hash, kind, contents: JSON.stringify(contentsOf(members.map(owned))) })
      .onConflict((oc) => oc.doNothing())
      .returning('id')
      .executeTakeFirst()
    // Another saver committed the same set meanwhile.
    if (set === undefined) continue
    const idOf = (member: NewPackage): number => packageIds.get(member.hash) ?? 0
    const rows = members.map((member) => ({ set_id: set.id, package_id: idOf(member) }))
    for (const part of inserted(rows)) await tx.insertInto('set_package').values(part).execute()
    const twins = twinsAmong(members).twins.map((twin) => ({ set_id: set.id, package_id: idOf(twin) }))
    for (const part of inserted(twins)) await tx.insertInto('set_twin').values(part).execute()
    await tallySet(tx, set.id)
  }
  const ids = [...(await idsOf(tx, 'package_set', sets)).values()]
  return { ids, alone: twinsAmong(sets.flatMap((set) => set.packages)).strangers }
}

const owned = ({ owner = null, ecosystem, type }: NewPackage) => ({ owner, ecosystem, type })

function setsOf(packages: readonly InstalledPackage[]): PackageSet[] {
  const kinds = new Map<string, Map<string, NewPackage>>()
  for (const found of packages) {
    const kind = kindOf(found.type)
    const row = packageRow(found)
    const rows = kinds.get(kind) ?? new Map<string, NewPackage>()
    kinds.set(kind, rows.set(row.hash, row))
  }
  const sets = [...kinds].map(([kind, rows]) => {
    const members = byHash([...rows.values()])
    const hash = createHash('sha256').update(kind)
    for (const member of members) hash.update('\n').update(member.hash)
    return { hash: hash.digest('hex'), kind, packages: members }
  })
  return byHash(sets)
}

async function savePackages(tx: Tx, sets: readonly PackageSet[]): Promise<Map<string, number>> {
  const packages = byHash(sets.flatMap((set) => set.packages))
  const known = await idsOf(tx, 'package', packages)
  const missing = packages.filter((row) => !known.has(row.hash))
  for (const part of inserted(missing)) {
    await tx
      .insertInto('package')
      .values(part)
      .onConflict((oc) => oc.doNothing())
      .execute()
  }
  const ids = await idsOf(tx, 'package', missing)
  const names = missing.flatMap((row) => namesOf(row).map((name) => ({ name, package_id: ids.get(row.hash) ?? 0 })))
  for (const part of inserted(names)) {
    await tx
      .insertInto('package_name')
      .values(part)
      .onConflict((oc) => oc.doNothing())
      .execute()
  }
  return new Map([...known, ...ids])
}

async function idsOf(
  tx: Tx,
  table: 'package' | 'package_set',
  rows: readonly { readonly hash: string }[],
): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  for (const hashes of listed(rows.map((row) => row.hash))) {
    const found = await tx.selectFrom(table).select(['id', 'hash']).where('hash', 'in', hashes).execute()
    for (const { id, hash } of found) ids.set(hash, id)
  }
  return ids
}

function byHash<T extends { readonly hash: string }>(rows: T[]): T[] {
  return rows.sort((a, b) => (a.hash < b.hash ? -1 : 1))
}
