import type { Engine } from './engine.ts'
import { keyText } from './key-text.ts'
import { matchContent, type MatchRow, matchRow, sameMatch } from './match-rows.ts'
import type { MatchedPackage } from './records.ts'
import { inserted, listed, transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { saveVulnerabilities } from './vulnerability-rows.ts'

/** See PackageTables.saveMatches. A result against an older snapshot never replaces one against a newer. */
export async function saveMatches(
  { db, engine }: { db: Db; engine: Engine },
  snapshot: number,
  matched: readonly MatchedPackage[],
  now: string,
): Promise<void> {
  const results = new Map(matched.map(({ packageId, result }) => [packageId, result]))
  const ids = [...results.keys()].sort((a, b) => a - b)
  await transact(db, async (tx) => {
    for (const part of listed(ids)) {
      const current = await lockPackages(tx, engine, part, snapshot)
      if (current.length === 0) continue
      const wanted = current.flatMap((id) => (results.get(id)?.matches ?? []).map((match) => matchRow(id, match, now)))
      const gaps = current.flatMap((id) =>
        (results.get(id)?.uncomparable ?? []).map(({ advisory, reason }) => ({
          package_id: id,
          advisory: keyText(advisory),
          reason,
        })),
      )
      await saveVulnerabilities(tx, engine, wanted, await replaceMatches(tx, current, wanted))
      await replaceGaps(tx, current, gaps)
      await tx.updateTable('package').set({ matched_snapshot: snapshot }).where('id', 'in', current).execute()
    }
  })
}

/** In the order of their ids, so that two workers with the same packages queue up instead of blocking each other. */
async function lockPackages(tx: Tx, engine: Engine, ids: readonly number[], snapshot: number): Promise<number[]> {
  const query = tx
    .selectFrom('package')
    .select('id')
    .where('id', 'in', ids)
    .where('matched_snapshot', '<=', snapshot)
    .orderBy('id')
  const rows = await engine.forUpdate(query).execute()
  return rows.map((row) => row.id)
}

/** Writes only what differs, and returns the vulnerabilities of all rows that were written or deleted. */
async function replaceMatches(tx: Tx, packages: readonly number[], wanted: readonly MatchRow[]): Promise<Set<string>> {
  const stored = await tx.selectFrom('package_match').selectAll().where('package_id', 'in', packages).execute()
  const storedByKey = new Map(stored.map((row) => [keyOf(row), row]))
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
            Object.fromEntries(matchContent.map((column) => [column, eb.ref(`excluded.${column}`)])),
          ),
      )
      .execute()
  }
  return new Set([...gone, ...changed].map((row) => row.vulnerability))
}

function keyOf(row: { readonly package_id: number; readonly vulnerability: string }): string {
  return `${row.package_id} ${row.vulnerability}`
}

async function replaceGaps(
  tx: Tx,
  packages: readonly number[],
  gaps: readonly { package_id: number; advisory: string; reason: string }[],
): Promise<void> {
  await tx.deleteFrom('package_gap').where('package_id', 'in', packages).execute()
  for (const part of inserted(gaps)) {
    await tx
      .insertInto('package_gap')
      .values(part)
      .onConflict((oc) => oc.doNothing())
      .execute()
  }
}
