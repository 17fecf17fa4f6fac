import type { Insertable } from 'kysely'
import type { Outcome } from '../../core/policy/policy.ts'
import type { Rules } from '../../core/policy/rules.ts'
import { dueRebuilds, type DueRebuild } from './due-rebuilds.ts'
import type { Engine } from './engine.ts'
import { listBases } from './rebuild-list.ts'
import type { Foreseen, RebuiltImage } from './rebuild-records.ts'
import { inserted, transact } from './rows.ts'
import type { Database, Db, Tx } from './schema.ts'
import type { RebuildTables } from './store.ts'
import type { TallyClasses } from './tally-classes.ts'

export function rebuildTables(db: Db, engine: Engine, classes: TallyClasses): RebuildTables {
  return {
    foresee: (limit, rules, judge) => transact(db, (tx) => foresee(tx, { engine, classes }, limit, rules, judge)),
    list: (filter, page) => listBases(db, filter, page),
  }
}

async function foresee(
  tx: Tx,
  { engine, classes }: { readonly engine: Engine; readonly classes: TallyClasses },
  limit: number,
  rules: Rules,
  judge: (rebuilt: RebuiltImage) => Foreseen,
): Promise<number> {
  const due = await engine
    .forUpdate(tx.selectFrom('rebuild_due').select('image_id').orderBy('image_id').limit(limit))
    .execute()
  const ids = due.map((row) => row.image_id)
  if (ids.length === 0) return 0
  const found = await dueRebuilds(tx, { engine, classes }, ids, rules)
  const rows = found.map((one) => rebuildRow(one, judge))
  const stored = await tx.selectFrom('rebuild').selectAll().where('image_id', 'in', ids).execute()
  // Most are what they were: a feed change closes something in few of the images that it touches.
  const former = without(stored, rows)
  const changed = without(rows, stored)
  await replace(tx, former, changed)
  await addUp(tx, former, changed, new Map(found.map(({ baseId, chain }) => [baseId, chain])))
  await tx.deleteFrom('rebuild_due').where('image_id', 'in', ids).execute()
  return ids.length
}

type RebuildRow = Database['rebuild']

function without(rows: readonly RebuildRow[], others: readonly RebuildRow[]): readonly RebuildRow[] {
  const textOf = (row: RebuildRow) => [row.image_id, row.base_id, row.outcome, row.rebuilt, row.closes].join(' ')
  const known = new Set(others.map(textOf))
  return rows.filter((row) => !known.has(textOf(row)))
}

async function replace(tx: Tx, former: readonly RebuildRow[], rows: readonly RebuildRow[]): Promise<void> {
  for (const part of inserted(rows)) {
    await tx
      .insertInto('rebuild')
      .values(part)
      .onConflict((oc) =>
        oc.columns(['image_id', 'base_id']).doUpdateSet((eb) => ({
          outcome: eb.ref('excluded.outcome'),
          rebuilt: eb.ref('excluded.rebuilt'),
          closes: eb.ref('excluded.closes'),
        })),
      )
      .execute()
  }
  const kept = new Set(rows.map((row) => `${row.image_id} ${row.base_id}`))
  for (const { image_id: image, base_id: base } of former) {
    if (kept.has(`${image} ${base}`)) continue
    await tx.deleteFrom('rebuild').where('image_id', '=', image).where('base_id', '=', base).execute()
  }
}

function rebuildRow(
  { imageId, baseId, outcome, open, rebuilt }: DueRebuild,
  judge: (rebuilt: RebuiltImage) => Foreseen,
): RebuildRow {
  const after = rebuilt ? judge(rebuilt) : { outcome, open }
  return { image_id: imageId, base_id: baseId, outcome, rebuilt: after.outcome, closes: open - after.open }
}

type Sums = Omit<Insertable<Database['base_rebuild']>, 'base_id' | 'chain'>

const nothing: Sums = {
  pass: 0,
  warn: 0,
  inconclusive: 0,
  fail: 0,
  warn_green: 0,
  inconclusive_green: 0,
  fail_green: 0,
  relieved: 0,
  closes: 0,
}
const sumNames = Object.keys(nothing) as (keyof Sums)[]

/** Brings the difference to the bases' sums: whoever else does so at the same time adds to them too. */
async function addUp(
  tx: Tx,
  former: readonly RebuildRow[],
  rows: readonly RebuildRow[],
  chains: ReadonlyMap<number, string>,
): Promise<void> {
  const changes = new Map<number, Sums>()
  for (const [some, sign] of [
    [former, -1],
    [rows, 1],
  ] as const) {
    for (const row of some) {
      const change = changes.get(row.base_id) ?? { ...nothing }
      changes.set(row.base_id, change)
      const outcome = row.outcome as Outcome
      change[outcome] += sign
      if (outcome !== 'pass' && row.rebuilt === 'pass') change[`${outcome}_green`] += sign
      if (outcome === 'fail' && row.rebuilt !== 'fail') change.relieved += sign
      change.closes += sign * row.closes
    }
  }
  const changed = [...changes].filter(([, change]) => sumNames.some((name) => change[name] !== 0))
  // In one order: two that do this at once wait in one direction.
  for (const [base, change] of changed.toSorted(([a], [b]) => a - b)) {
    await tx
      .insertInto('base_rebuild')
      .values({ base_id: base, chain: chains.get(base) ?? '', ...change })
      .onConflict((oc) =>
        oc
          .column('base_id')
          .doUpdateSet((eb) =>
            Object.fromEntries(
              sumNames.map((name) => [name, eb(`base_rebuild.${name}`, '+', eb.ref(`excluded.${name}`))]),
            ),
          ),
      )
      .execute()
  }
  const bases = changed.map(([base]) => base)
  if (bases.length === 0) return
  await tx
    .deleteFrom('base_rebuild')
    .where('base_id', 'in', bases)
    .where((eb) => eb('pass', '+', eb('warn', '+', eb('inconclusive', '+', eb.ref('fail')))), '=', 0)
    .execute()
}
