import { createHash } from 'node:crypto'
import { classOfText, classText, type TallyClass } from '../../core/policy/tally.ts'
import { inserted, listed } from './rows.ts'
import type { Db, Tx } from './schema.ts'

/** Not a class: how many advisories could not be compared. Where it is above 0, they have to be read. */
export const gapsClass = 0

/**
 * Numbers of classes in tallies: those of findings are positive, those of packages negative. Findings of packages of one purl in
 * a set count once (set_twin), all others each.
 */
export async function classNumbers(tx: Tx, classes: Iterable<TallyClass>): Promise<(some: TallyClass) => number> {
  const bodies = new Map([...classes].map(classText).map((body) => [hashOf(body), body]))
  const numbers = await known(tx, [...bodies.keys()])
  const missing = [...bodies]
    .filter(([hash]) => !numbers.has(hash))
    .map(([hash, body]) => ({ hash, body }))
    // In one order everywhere: two that add the same ones queue up instead of blocking each other.
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
  for (const part of inserted(missing)) {
    await tx
      .insertInto('tally_class')
      .values(part)
      .onConflict((oc) => oc.doNothing())
      .execute()
  }
  const added = await known(
    tx,
    missing.map(({ hash }) => hash),
  )
  return (some) => {
    const hash = hashOf(classText(some))
    return (some.kind === 'package' ? -1 : 1) * (numbers.get(hash) ?? added.get(hash))!
  }
}

const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 32)

async function known(tx: Tx, hashes: readonly string[]): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  for (const part of listed(hashes)) {
    const rows = await tx.selectFrom('tally_class').select(['id', 'hash']).where('hash', 'in', part).execute()
    for (const { id, hash } of rows) numbers.set(hash, id)
  }
  return numbers
}

/** Reads what numbers stand for. Each is read once: a number never stands for another class. */
export interface TallyClasses {
  of(db: Db | Tx, numbers: Iterable<number>): Promise<(number: number) => TallyClass>
}

export function tallyClasses(): TallyClasses {
  const classes = new Map<number, TallyClass>()
  return {
    async of(db, numbers) {
      const unknown = new Set([...numbers].map(Math.abs).filter((id) => id !== gapsClass && !classes.has(id)))
      for (const part of listed([...unknown])) {
        const rows = await db.selectFrom('tally_class').selectAll().where('id', 'in', part).execute()
        for (const { id, body } of rows) classes.set(id, classOfText(body))
      }
      return (number) => classes.get(Math.abs(number))!
    },
  }
}
