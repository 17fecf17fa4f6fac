import { lookupKeys } from '../../core/match/lookup.ts'
import { keyText } from './key-text.ts'
import { nameOfKey } from './package-names.ts'
import { packageColumns, packageRecord } from './package-rows.ts'
import type { PackageRecord } from './records.ts'
import type { Touched } from './reevaluation-records.ts'
import { listed } from './rows.ts'
import type { Db, Tx } from './schema.ts'

/** Stored packages that a feed change may concern and that were last matched against a snapshot before `snapshot`, in parts. */
export async function* touchedPackages(
  db: Db | Tx,
  { packageKeys, rated }: Touched,
  snapshot: number,
): AsyncGenerator<readonly PackageRecord[]> {
  const keys = new Set(packageKeys)
  for (const part of listed([...new Set(packageKeys.map(nameOfKey))])) {
    const rows = await matchedBefore(db, snapshot)
      .innerJoin('package_name', 'package_name.package_id', 'package.id')
      .where('package_name.name', 'in', part)
      .execute()
    const packages = [...new Map(rows.map((row) => [row.id, packageRecord(row)])).values()]
    yield packages.filter((found) => lookupKeys(found).some((key) => keys.has(keyText(key))))
  }
  for (const part of listed(rated)) {
    const rows = await matchedBefore(db, snapshot)
      .where('package.id', 'in', (eb) =>
        eb
          .selectFrom('vulnerability_alias')
          .innerJoin('package_match', 'package_match.vulnerability', 'vulnerability_alias.vulnerability')
          .select('package_match.package_id')
          .where('vulnerability_alias.alias', 'in', part),
      )
      .execute()
    yield rows.map(packageRecord)
  }
}

function matchedBefore(db: Db | Tx, snapshot: number) {
  return db
    .selectFrom('package')
    .select(packageColumns)
    .where('package.matched_snapshot', '>', 0)
    .where('package.matched_snapshot', '<', snapshot)
}

/** Whether any is left. Without `touched` all packages have to be as of the snapshot. */
export async function someLeft(tx: Tx, touched: Touched | null, snapshot: number): Promise<boolean> {
  if (touched === null) {
    const row = await matchedBefore(tx, snapshot).where('package.ecosystem', '<>', '').limit(1).executeTakeFirst()
    return row !== undefined
  }
  for await (const packages of touchedPackages(tx, touched, snapshot)) if (packages.length > 0) return true
  return false
}
