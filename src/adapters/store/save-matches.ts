import type { MatchChange } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { keyText } from './key-text.ts'
import { matchContent, type MatchRow, matchRow, sameMatch } from './match-rows.ts'
import type { MatchedPackage } from './records.ts'
import { inserted, listed, transact } from './rows.ts'
import type { Rules } from '../../core/policy/rules.ts'
import { type LockedPackage, lockedColumns, markDue, saveTallies } from './save-tallies.ts'
import type { Db, Tx } from './schema.ts'
import { shareStanding } from './standing.ts'
import { saveVulnerabilities } from './vulnerability-rows.ts'

/** See PackageTables.saveMatches. A result against an older snapshot never replaces one against a newer. */
export async function saveMatches(
  { db, engine }: { db: Db; engine: Engine },
  snapshot: number,
  matched: readonly MatchedPackage[],
  now: string,
  rules: Rules,
): Promise<void> {
  const results = new Map(matched.map(({ packageId, result }) => [packageId, result]))
  const ids = [...results.keys()].sort((a, b) => a - b)
  await transact(db, async (tx) => {
    const standing = await shareStanding(tx, engine)
    // All packages count as matched against that one: a former state must not come after it.
    if (standing.matched > snapshot) return
    for (const part of listed(ids)) {
      const packages = await lockPackages(tx, engine, part, snapshot)
      const current = packages.map(({ id }) => id)
      if (current.length === 0) continue
      const wanted = current.flatMap((id) => (results.get(id)?.matches ?? []).map((match) => matchRow(id, match, now)))
      const gaps = current.flatMap((id) =>
        (results.get(id)?.uncomparable ?? []).map(({ advisory, reason }) => ({
          package_id: id,
          advisory: keyText(advisory),
          reason,
        })),
      )
      const changes = await replaceMatches(tx, engine, current, wanted, now)
      const touched = new Set(changes.map(({ before, after }) => (after ?? before)!.vulnerability))
      await saveVulnerabilities(tx, engine, wanted, touched)
      const otherGaps = await replaceGaps(tx, engine, current, gaps)
      const number = standing.policy === rules.fingerprint ? standing.asked : 0
      const tallied = { packages, matches: distinct(wanted), gaps: distinctGaps(gaps) }
      const otherTallies = await saveTallies(tx, engine, tallied, { rules, now, number })
      await markDue(tx, packages, otherTallies, { changes, otherGaps })
      await tx
        .updateTable('package')
        .set({ matched_snapshot: snapshot })
        .where('id', 'in', engine.among(current))
        .where('matched_snapshot', '<', snapshot)
        .execute()
    }
  })
}

/** In the order of their ids, so that two workers with the same packages queue up instead of blocking each other. */
async function lockPackages(
  tx: Tx,
  engine: Engine,
  ids: readonly number[],
  snapshot: number,
): Promise<readonly LockedPackage[]> {
  const query = tx
    .selectFrom('package')
    .select(lockedColumns)
    .where('id', 'in', engine.among(ids))
    .where('matched_snapshot', '<=', snapshot)
    .orderBy('id')
  return engine.forUpdate(query).execute()
}

/** Writes only what differs, and returns that. */
async function replaceMatches(
  tx: Tx,
  engine: Engine,
  packages: readonly number[],
  wanted: readonly MatchRow[],
  now: string,
): Promise<readonly MatchChange[]> {
  const stored = await tx
    .selectFrom('package_match')
    .selectAll()
    .where('package_id', 'in', engine.among(packages))
    .execute()
  const storedByKey = new Map(stored.map((row) => [keyOf(row), row]))
  for (const row of wanted) row.fixed_since = fixedSince(row, storedByKey.get(keyOf(row)), now)
  const wantedByKey = new Map(wanted.map((row) => [keyOf(row), row]))
  const gone = stored.filter((row) => !wantedByKey.has(keyOf(row)))
  const changed = [...wantedByKey.values()].filter((row) => {
    const former = storedByKey.get(keyOf(row))
    return former === undefined || !sameMatch(former, row)
  })

  for (const part of listed(gone.map((row) => row.id))) {
    await tx.deleteFrom('package_match').where('id', 'in', part).execute()
  }
  for (const part of inserted(changed)) {
    await tx
      .insertInto('package_match')
      .values(part)
      .onConflict((oc) =>
        oc
          .columns(['package_id', 'vulnerability'])
          .doUpdateSet((eb) =>
            Object.fromEntries(
              [...matchContent, 'fixed_since' as const].map((column) => [column, eb.ref(`excluded.${column}`)]),
            ),
          ),
      )
      .execute()
  }
  return [
    ...gone.map((row) => ({ packageId: row.package_id, before: row })),
    ...changed.map((row) => ({ packageId: row.package_id, before: storedByKey.get(keyOf(row)), after: row })),
  ]
}

/**
 * Since when there is a fix: what was known without one has it since now. What is first seen with a fix has it since it was
 * published, as far as anybody can tell.
 */
function fixedSince(row: MatchRow, former: MatchRow | undefined, now: string): string | null {
  if (row.fixed === null) return null
  if (former === undefined) return row.published ?? now
  return former.fixed_since ?? now
}

/** As they are stored: the last of several with one key. */
function distinct(rows: readonly MatchRow[]): readonly MatchRow[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}

function keyOf(row: { readonly package_id: number; readonly vulnerability: string }): string {
  return `${row.package_id} ${row.vulnerability}`
}

interface GapRow {
  readonly package_id: number
  readonly advisory: string
  readonly reason: string
}

const gapKey = ({ package_id, advisory }: GapRow): string => `${package_id} ${advisory}`

/** As they are stored: the first of several with one key. */
function distinctGaps(gaps: readonly GapRow[]): readonly GapRow[] {
  const rows = new Map<string, GapRow>()
  for (const gap of gaps) if (!rows.has(gapKey(gap))) rows.set(gapKey(gap), gap)
  return [...rows.values()]
}

/** Returns the packages that have other gaps now. */
async function replaceGaps(
  tx: Tx,
  engine: Engine,
  packages: readonly number[],
  gaps: readonly GapRow[],
): Promise<Set<number>> {
  const stored = await tx
    .selectFrom('package_gap')
    .selectAll()
    .where('package_id', 'in', engine.among(packages))
    .execute()
  const former = new Map(stored.map((row) => [gapKey(row), row]))
  const wanted = new Map(distinctGaps(gaps).map((row) => [gapKey(row), row]))
  const other = new Set([
    ...stored.filter((row) => !wanted.has(gapKey(row))).map((row) => row.package_id),
    ...[...wanted.values()]
      .filter((row) => former.get(gapKey(row))?.reason !== row.reason)
      .map((row) => row.package_id),
  ])
  if (other.size === 0) return other
  await tx
    .deleteFrom('package_gap')
    .where('package_id', 'in', [...other])
    .execute()
  const written = [...wanted.values()].filter((row) => other.has(row.package_id))
  for (const part of inserted(written)) await tx.insertInto('package_gap').values(part).execute()
  return other
}
