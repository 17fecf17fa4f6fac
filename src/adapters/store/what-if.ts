import { sql } from 'kysely'
import { suppressionOf } from '../../core/match/suppression.ts'
import { sumOfTallies } from '../../core/policy/sum-tallies.ts'
import type { Tally } from '../../core/policy/tally.ts'
import { askedFindings, askedPackage } from './asked-findings.ts'
import { dueColumns, readDueImages } from './due-image-rows.ts'
import type { Engine } from './engine.ts'
import { lockedColumns } from './save-tallies.ts'
import type { Db } from './schema.ts'
import { foundThen } from './found-then.ts'
import type { WhatIfTables } from './store.ts'
import type { TallyClasses } from './tally-classes.ts'

const packagesAtOnce = 2_000
const setsAtOnce = 1_000

/** See WhatIfTables: nothing is locked and nothing written. */
export function whatIfTables(db: Db, engine: Engine, classes: TallyClasses): WhatIfTables {
  return {
    async *packages({ withoutFindings, exploitation }) {
      for (let after = 0; ;) {
        const packages = await db
          .selectFrom('package')
          .select(lockedColumns)
          .where('id', '>', after)
          .$if(!withoutFindings, (query) =>
            query.where('id', 'in', (eb) =>
              eb.selectFrom('package_match').select('package_id').where('package_id', '>', after),
            ),
          )
          .orderBy('id')
          .limit(packagesAtOnce)
          .execute()
        const last = packages.at(-1)
        if (last === undefined) return
        const rows = await db
          .selectFrom('package_match')
          .selectAll()
          .where('package_id', '>', after)
          .where('package_id', '<=', last.id)
          .execute()
        const findings = await askedFindings(db, rows, exploitation)
        const byPackage = Map.groupBy(findings.keys(), (index) => rows[index]!.package_id)
        yield packages.map((row) => {
          const subject = askedPackage(row)
          const counts = suppressionOf({ ...subject, ownedBy: row.owner }) === null
          const own = counts ? (byPackage.get(row.id) ?? []) : []
          return { id: row.id, subject, findings: own.map((index) => findings[index]!) }
        })
        after = last.id
      }
    },

    async setTallies(packages) {
      const twins = await twinsBySet(db)
      const tallies = new Map<number, Tally>()
      // By its number in an array: looking twelve million members up in a map takes as long as reading them.
      const byId: (Tally | undefined)[] = []
      for (const [id, tally] of packages) byId[id] = tally
      const tallyOf = (id: number): Tally | undefined => byId[id]
      for (let after = 0; ;) {
        const last = await lastSet(db, after)
        if (last === undefined) return tallies
        // One text a set: six million rows would be as many objects.
        const { rows } = await sql<{ set_id: number; members: string }>`
          select set_id, string_agg(cast(package_id as text), ',') as members
          from set_package where set_id > ${after} and set_id <= ${last}
          group by set_id`.execute(db)
        for (const { set_id: set, members } of rows) {
          tallies.set(set, sumOfTallies(numbersIn(members), twins.get(set) ?? [], tallyOf))
        }
        after = last
      }
    },

    async setChanges(packages) {
      const twins = await twinsBySet(db)
      const rows = await db
        .selectFrom('set_package')
        .selectAll()
        .where('package_id', 'in', engine.among([...packages.keys()]))
        .execute()
      return new Map(
        [...Map.groupBy(rows, (row) => row.set_id)].map(([set, members]) => {
          const own = members.map((row) => row.package_id)
          return [set, sumOfTallies(own, twins.get(set) ?? [], (id) => packages.get(id))]
        }),
      )
    },

    async fixes(packages) {
      const rows = await db
        .selectFrom('package_match')
        .select(['package_id', 'vulnerability', 'fixed_since as fixedSince'])
        .where('package_id', 'in', engine.among(packages))
        .execute()
      return new Map(
        [...Map.groupBy(rows, (row) => row.package_id)].map(([id, own]) => [
          id,
          new Map(own.map(({ vulnerability, fixedSince }) => [vulnerability, fixedSince])),
        ]),
      )
    },

    async images(after, limit, rules, within) {
      const rows = await db
        .selectFrom('image')
        .select(dueColumns)
        .where('id', '>', after)
        .$if(within !== undefined, (query) =>
          query.where('id', 'in', (eb) =>
            eb
              .selectFrom('image_set')
              .select('image_id')
              .where('set_id', 'in', engine.among([...(within ?? [])])),
          ),
        )
        .orderBy('id')
        .limit(limit)
        .execute()
      const ids = rows.map((row) => row.id)
      if (ids.length === 0) return []
      const found = await readDueImages(db, { engine, classes }, rows, rules)
      const links = await db.selectFrom('image_set').selectAll().where('image_id', 'in', engine.among(ids)).execute()
      const sets = Map.groupBy(links, (link) => link.image_id)
      return [...found].map(([id, { evidence, former }]) => ({
        ...evidence,
        id,
        former,
        sets: (sets.get(id) ?? []).map((link) => link.set_id),
      }))
    },

    found: (digest, matched, at) => foundThen(db, digest, matched, at),
  }
}

async function twinsBySet(db: Db): Promise<ReadonlyMap<number, readonly number[]>> {
  const twins = new Map<number, number[]>()
  for (const row of await db.selectFrom('set_twin').selectAll().execute()) {
    twins.set(row.set_id, [...(twins.get(row.set_id) ?? []), row.package_id])
  }
  return twins
}

/** Of `12,7,3`; splitting it would make a text of each first. */
function numbersIn(text: string): number[] {
  const numbers: number[] = []
  let number = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === comma) {
      numbers.push(number)
      number = 0
    } else number = number * 10 + code - zero
  }
  numbers.push(number)
  return numbers
}

const comma = 44
const zero = 48

async function lastSet(db: Db, after: number): Promise<number | undefined> {
  const rows = await db
    .selectFrom('package_set')
    .select('id')
    .where('id', '>', after)
    .orderBy('id')
    .limit(setsAtOnce)
    .execute()
  return rows.at(-1)?.id
}
