import type { Digest } from '../../core/image/digest.ts'
import { askedOf, packagesOf } from './image-tables.ts'
import { finding, matchRow, type StoredMatch } from './match-rows.ts'
import { packageColumns } from './package-rows.ts'
import type { MatchedPackage } from './records.ts'
import type { Db } from './schema.ts'
import type { WhatIfTables } from './store.ts'

/**
 * See WhatIfTables.found: rows as saving the matches would make them, read as the stored ones are. Since when there is a fix is what
 * the store knows today where that was before then; else the fix counts as first seen then.
 */
export async function foundThen(
  db: Db,
  digest: Digest,
  matched: readonly MatchedPackage[],
  { snapshot, time }: { readonly snapshot: number; readonly time: string },
): ReturnType<WhatIfTables['found']> {
  const packages = await packagesOf(db, digest)
    .select(packageColumns)
    .select('package.hash')
    .orderBy('package.id')
    .execute()
  const byId = new Map(packages.map((row) => [row.id, row]))
  const seen = await seenTimes(db, digest)
  const rows = matched.flatMap(({ packageId, result }) =>
    result.matches.map((match): StoredMatch => {
      const row = matchRow(packageId, match, time)
      const { first_seen: first, fixed_since: fixed } = seen.get(keyOf(row)) ?? { first_seen: time, fixed_since: null }
      return {
        ...row,
        first_seen: first < time ? first : time,
        fixed_since: match.fixed === null ? null : fixed !== null && fixed <= time ? fixed : (match.published ?? time),
      }
    }),
  )
  const distinct = [...new Map(rows.map((row) => [keyOf(row), row])).values()]
  const hashOf = (row: StoredMatch): string => byId.get(row.package_id)!.hash
  const nameOf = (row: StoredMatch): string => byId.get(row.package_id)!.name
  const asked = distinct.toSorted(
    (a, b) => a.rank - b.rank || byText(a.vulnerability, b.vulnerability) || byText(hashOf(a), hashOf(b)),
  )
  const listed = distinct.toSorted(
    (a, b) =>
      a.rank - b.rank ||
      byText(nameOf(a), nameOf(b)) ||
      byText(a.vulnerability, b.vulnerability) ||
      a.package_id - b.package_id,
  )
  return {
    asked: await askedOf(db, packages, asked, snapshot),
    findings: listed.map((row) => finding({ ...row, ...byId.get(row.package_id)! })),
  }
}

async function seenTimes(db: Db, digest: Digest) {
  const rows = await packagesOf(db, digest)
    .innerJoin('package_match', 'package_match.package_id', 'package.id')
    .select(['package_match.package_id', 'package_match.vulnerability'])
    .select(['package_match.first_seen', 'package_match.fixed_since'])
    .execute()
  return new Map(rows.map((row) => [keyOf(row), row]))
}

const keyOf = (row: { readonly package_id: number; readonly vulnerability: string }): string =>
  `${row.package_id} ${row.vulnerability}`

/** As the databases compare texts, but for what lies beyond the Basic Multilingual Plane. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
