import type { Selectable } from 'kysely'
import { suppressionOf } from '../../core/match/suppression.ts'
import type { Rules } from '../../core/policy/rules.ts'
import { earlier } from '../../core/policy/rules.ts'
import { tallyOf, type Tally } from '../../core/policy/tally.ts'
import { askedFindings, askedPackage } from './asked-findings.ts'
import type { Engine } from './engine.ts'
import { dueCauses, type MatchChange } from './due-causes.ts'
import type { MatchRow } from './match-rows.ts'
import { inserted } from './rows.ts'
import type { Database, Tx } from './schema.ts'
import { classNumbers, gapsClass } from './tally-classes.ts'

/** A package as it is locked for its tally: what rules ask of it, and what it was matched against. */
export type LockedPackage = Omit<Selectable<Database['package']>, 'hash' | 'ask_again'>

export const lockedColumns = [
  'id',
  'type',
  'ecosystem',
  'name',
  'version',
  'source_name',
  'source_version',
  'arch',
  'purl',
  'licenses',
  'owner',
  'matched_snapshot',
  'asked',
] as const

/** By whom packages are asked, and when. */
export interface Asking {
  readonly rules: Rules
  /** RFC 3339. */
  readonly now: string
  /** What the packages are marked with: the number of the questions in force, or 0 where other rules are. */
  readonly number: number
}

export interface Tallied {
  readonly packages: readonly LockedPackage[]
  readonly matches: readonly MatchRow[]
  readonly gaps: readonly { readonly package_id: number }[]
}

/** Counts what the packages have now, and marks them as asked. Returns those that have another tally than before. */
export async function saveTallies(
  tx: Tx,
  engine: Engine,
  tallied: Tallied,
  asking: Asking,
): Promise<ReadonlySet<number>> {
  const { packages } = tallied
  const { tallies, askAgain } = await askAll(tx, tallied, asking)
  const wanted = await tallyRows(tx, tallied, tallies)
  const ids = packages.map(({ id }) => id)
  const stored = await tx.selectFrom('package_tally').selectAll().where('package_id', 'in', engine.among(ids)).execute()
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
  await tx
    .updateTable('package')
    .set({ asked: asking.number, ask_again: null })
    .where('id', 'in', engine.among(ids))
    .where((eb) => eb.or([eb('asked', '<>', asking.number), eb('ask_again', 'is not', null)]))
    .execute()
  for (const [time, due] of Map.groupBy(askAgain.keys(), (id) => askAgain.get(id)!)) {
    await tx.updateTable('package').set({ ask_again: time }).where('id', 'in', due).execute()
  }
  return new Set(rows.map((row) => row.package_id))
}

/** What of matches changed decides the cause, for packages that were matched before. */
export interface Changes {
  readonly changes: readonly MatchChange[]
  /** Packages with other gaps than before. */
  readonly otherGaps: ReadonlySet<number>
}

/** Packages with another tally, or other gaps, are due. */
export async function markDue(
  tx: Tx,
  packages: readonly LockedPackage[],
  otherTallies: ReadonlySet<number>,
  { changes, otherGaps }: Changes,
): Promise<void> {
  const due = new Set([...otherTallies, ...otherGaps])
  if (due.size === 0) return
  const known = new Set(packages.filter((row) => row.matched_snapshot > 0).map(({ id }) => id))
  const causes = await dueCauses(
    tx,
    changes.filter(({ packageId }) => due.has(packageId)),
    known,
  )
  await putDue(tx, new Map([...due].map((id) => [id, causes.get(id) ?? '9997 advisory changed'])))
}

export async function putDue(tx: Tx, causes: ReadonlyMap<number, string>): Promise<void> {
  for (const part of inserted([...causes].map(([id, cause]) => ({ package_id: id, cause })))) {
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

interface Asked {
  readonly tallies: ReadonlyMap<number, Tally>
  /** When a package has to be asked again because of time. */
  readonly askAgain: ReadonlyMap<number, string>
}

async function askAll(tx: Tx, { packages, matches }: Tallied, { rules, now }: Asking): Promise<Asked> {
  const findings = await askedFindings(tx, matches, rules.asksExploitation)
  const byPackage = Map.groupBy(findings.keys(), (index) => matches[index]!.package_id)
  const nowMs = Date.parse(now)
  const askAgain = new Map<number, string>()
  const tallies = new Map<number, Tally>()
  for (const row of packages) {
    const own = byPackage.get(row.id) ?? []
    if (own.length === 0 && !rules.asksPackages) continue
    const subject = askedPackage(row)
    const counted = suppressionOf({ ...subject, ownedBy: row.owner }) ? [] : own
    let until: string | null = null
    const classes = counted.map((index) => {
      const answer = rules.classOf(findings[index]!, subject, nowMs)
      until = earlier(until, answer.until)
      return answer.class
    })
    if (until !== null) askAgain.set(row.id, until)
    const ofPackage = rules.packageClassOf(subject)
    tallies.set(row.id, tallyOf(ofPackage ? [...classes, ofPackage] : classes))
  }
  return { tallies, askAgain }
}

type TallyRow = Omit<Database['package_tally'], 'counted'>

async function tallyRows(
  tx: Tx,
  { packages, gaps }: Tallied,
  tallies: ReadonlyMap<number, Tally>,
): Promise<readonly TallyRow[]> {
  const classes = [...tallies.values()].flatMap((tally) => tally.map((entry) => entry.class))
  const numberOf = await classNumbers(tx, classes)
  const gapsByPackage = Map.groupBy(gaps, (row) => row.package_id)
  return packages.flatMap(({ id, owner }) => {
    const gapCount = owner === null ? (gapsByPackage.get(id)?.length ?? 0) : 0
    return [
      ...(tallies.get(id) ?? []).map(({ class: some, count }) => ({ package_id: id, class: numberOf(some), count })),
      ...(gapCount > 0 ? [{ package_id: id, class: gapsClass, count: gapCount }] : []),
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
