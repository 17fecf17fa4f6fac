import { suppressionOf } from '../../core/match/suppression.ts'
import { tallyOf } from '../../core/policy/tally.ts'
import type { Severity } from '../../core/match/advisory.ts'
import { dueCauses, type MatchChange } from './due-causes.ts'
import type { MatchRow } from './match-rows.ts'
import { inserted } from './rows.ts'
import type { Database, Tx } from './schema.ts'
import { classNumber, gapsClass } from './tally-classes.ts'

/** A package as it is locked for its matches: what decides whether they count, and what it was matched against. */
export interface LockedPackage {
  readonly id: number
  readonly type: string
  readonly name: string
  readonly source_name: string | null
  readonly owner: string | null
  readonly matched_snapshot: number
}

export interface MatchedState {
  readonly packages: readonly LockedPackage[]
  readonly matches: readonly MatchRow[]
  readonly gaps: readonly { readonly package_id: number }[]
  readonly changes: readonly MatchChange[]
  /** Packages with other gaps than before. */
  readonly otherGaps: ReadonlySet<number>
}

/** Counts what the packages have now; where that is another tally, or other gaps, than before, the package is due. */
export async function saveTallies(tx: Tx, state: MatchedState): Promise<void> {
  const { packages, changes, otherGaps } = state
  const wanted = talliesOf(state)
  const ids = packages.map(({ id }) => id)
  const stored = await tx.selectFrom('package_tally').selectAll().where('package_id', 'in', ids).execute()
  const rows = changedRows(wanted, stored)
  for (const part of inserted(rows)) {
    await tx
      .insertInto('package_tally')
      .values(part)
      .onConflict((oc) =>
        oc.columns(['package_id', 'class']).doUpdateSet((eb) => ({ count: eb.ref('excluded.count') })),
      )
      .execute()
  }
  const due = new Set([...rows.map((row) => row.package_id), ...otherGaps])
  if (due.size === 0) return
  const known = new Set(packages.filter((row) => row.matched_snapshot > 0).map(({ id }) => id))
  const causes = await dueCauses(
    tx,
    changes.filter(({ packageId }) => due.has(packageId)),
    known,
  )
  const dueRows = [...due].map((id) => ({ package_id: id, cause: causes.get(id) ?? '9997 advisory changed' }))
  for (const part of inserted(dueRows)) {
    await tx
      .insertInto('package_due')
      .values(part)
      .onConflict((oc) =>
        oc
          .column('package_id')
          .doUpdateSet((eb) => ({ cause: eb.ref('excluded.cause') }))
          .whereRef('excluded.cause', '<', 'package_due.cause'),
      )
      .execute()
  }
}

type TallyRow = Omit<Database['package_tally'], 'counted'>

function talliesOf({ packages, matches, gaps }: MatchedState): TallyRow[] {
  const matchesByPackage = Map.groupBy(matches, (row) => row.package_id)
  const gapsByPackage = Map.groupBy(gaps, (row) => row.package_id)
  return packages.flatMap(({ id, type, name, source_name: source, owner }) => {
    const gapCount = owner === null ? (gapsByPackage.get(id)?.length ?? 0) : 0
    const gapRows = gapCount > 0 ? [{ package_id: id, class: gapsClass, count: gapCount }] : []
    const own = matchesByPackage.get(id) ?? []
    const from = source === null ? null : { name: source }
    if (own.length === 0 || suppressionOf({ type, name, source: from, ownedBy: owner })) return gapRows
    const findings = own.map(({ severity, fixed }) => ({ severity: severity as Severity, fixed: fixed ?? null }))
    return [
      ...tallyOf(findings).map((some) => ({ package_id: id, class: classNumber(some), count: some.count })),
      ...gapRows,
    ]
  })
}

/** Those to write: with another count than stored, and those of classes that are no longer there, with 0. */
function changedRows(wanted: readonly TallyRow[], stored: readonly TallyRow[]): TallyRow[] {
  const keyOf = (row: TallyRow): string => `${row.package_id} ${row.class}`
  const counts = new Map(stored.map((row) => [keyOf(row), row.count]))
  const present = new Set(wanted.map(keyOf))
  return [
    ...wanted.filter((row) => (counts.get(keyOf(row)) ?? 0) !== row.count),
    ...stored
      .filter((row) => row.count !== 0 && !present.has(keyOf(row)))
      .map((row) => ({ package_id: row.package_id, class: row.class, count: 0 })),
  ]
}
