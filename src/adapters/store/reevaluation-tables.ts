import type { Distro } from '../../core/inventory/package.ts'
import { judgeDue } from './due-images.ts'
import type { Engine } from './engine.ts'
import type { Standing } from './reevaluation-records.ts'
import { rulesAt } from './rules-since.ts'
import { retally } from './retally.ts'
import { transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { addToImages, addToSets } from './set-tallies.ts'
import { askExploited, isDue, setOut } from './set-out.ts'
import { holdStanding, standingOf, type StandingRow } from './standing.ts'
import type { StandingException } from './standing-exceptions.ts'
import type { ReevaluationTables } from './store.ts'
import type { TallyClasses } from './tally-classes.ts'
import { someLeft, touchedPackages } from './touched-packages.ts'
import { announced, outbox } from './verdict-outbox.ts'

export function reevaluationTables(db: Db, engine: Engine, classes: TallyClasses): ReevaluationTables {
  return {
    standing: async () => standing(await standingOf(db)),

    begin: (target) => transact(db, async (tx) => standing(await setOut(tx, { engine, classes }, target))),

    touched: (touched, snapshot) => touchedPackages(db, touched, snapshot),

    matched: (snapshot, touched, rules) =>
      transact(db, async (tx) => {
        const row = await holdStanding(tx, engine)
        if (row.matched >= snapshot) return true
        if (await someLeft(tx, touched, snapshot)) return false
        await askExploited(tx, row, snapshot, rules)
        await tx.updateTable('standing').set({ matched: snapshot }).execute()
        return true
      }),

    carry: (limit) => transact(db, async (tx) => carry(tx, engine, limit)),
    ask: (rules, now, limit) => transact(db, (tx) => retally(tx, { engine, classes }, { rules, now }, limit)),
    judgeDue: (limit, rules, judge) => judgeDue({ db, engine, classes }, limit, rules, judge),
    isDue: (now) => isDue(db, now),
    outbox: (limit) => outbox(db, limit),
    announced: (ids) => announced({ db, engine }, ids),

    finish: (target, at) =>
      transact(db, async (tx) => {
        const row = await holdStanding(tx, engine)
        const { fingerprint, questions } = target.rules
        const sameRules = row.policy === fingerprint && row.questions === questions && row.stale === target.stale
        if (!sameRules || row.target > target.snapshot || (await isAnyDue(tx, row.asked))) return false
        await tx.updateTable('standing').set({ snapshot: target.snapshot, checked_at: at }).execute()
        return true
      }),

    rulesAt: (time) => rulesAt(db, time),

    async ecosystems() {
      const rows = await db.selectFrom('package').select('ecosystem').distinct().where('ecosystem', '<>', '').execute()
      return rows.map((row) => row.ecosystem)
    },

    async distros() {
      const rows = await db.selectFrom('image').select('distro').distinct().where('distro', 'is not', null).execute()
      return rows.map((row) => JSON.parse(row.distro ?? 'null') as Distro)
    },
  }
}

function standing({ checked_at: checkedAt, exceptions, ...row }: StandingRow): Standing {
  const { matched, snapshot, policy, asked, questions } = row
  const keys = (JSON.parse(exceptions) as readonly StandingException[]).flatMap(({ key }) => key ?? [])
  return { matched, snapshot, policy, checkedAt, asked, questions, exceptionKeys: keys }
}

async function carry(tx: Tx, engine: Engine, limit: number): Promise<number> {
  await holdStanding(tx, engine)
  const due = await tx.selectFrom('package_due').select('package_id').orderBy('package_id').limit(limit).execute()
  const first = due[0]?.package_id
  const last = due.at(-1)?.package_id
  if (first === undefined || last === undefined) return 0
  await addToImages(tx, first, last)
  await addToSets(tx, first, last)
  await tx.deleteFrom('package_due').where('package_id', '>=', first).where('package_id', '<=', last).execute()
  return due.length
}

async function isAnyDue(tx: Tx, asked: number): Promise<boolean> {
  const unasked = await tx.selectFrom('package').select('id').where('asked', '<', asked).limit(1).executeTakeFirst()
  if (unasked !== undefined) return true
  const image = await tx.selectFrom('image_due').select('image_id').limit(1).executeTakeFirst()
  const packages = await tx.selectFrom('package_due').select('package_id').limit(1).executeTakeFirst()
  return image !== undefined || packages !== undefined
}
