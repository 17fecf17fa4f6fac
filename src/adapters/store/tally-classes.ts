import { classOfText, classText, type TallyClass } from '../../core/policy/tally.ts'
import { listed } from './rows.ts'
import type { Db, Tx } from './schema.ts'

/** Not a class: how many advisories could not be compared. Where it is above 0, they have to be read. */
export const gapsClass = 0

/**
 * Numbers of classes in tallies: those of findings are positive, those of packages negative. Findings of packages of one purl in
 * a set count once (set_twin), all others each.
 */
export async function classNumbers(tx: Tx, classes: Iterable<TallyClass>): Promise<(some: TallyClass) => number> {
  const texts = [...new Set([...classes].map(classText))]
  const numbers = await known(tx, texts)
  const missing = texts.filter((text) => !numbers.has(text))
  if (missing.length > 0) {
    await tx
      .insertInto('tally_class')
      .values(missing.map((body) => ({ body })))
      .onConflict((oc) => oc.doNothing())
      .execute()
    for (const [text, number] of await known(tx, missing)) numbers.set(text, number)
  }
  return (some) => (some.kind === 'package' ? -1 : 1) * numbers.get(classText(some))!
}

async function known(tx: Tx, texts: readonly string[]): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  for (const part of listed(texts)) {
    const rows = await tx.selectFrom('tally_class').selectAll().where('body', 'in', part).execute()
    for (const { id, body } of rows) numbers.set(body, id)
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
