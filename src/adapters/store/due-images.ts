import type { Rules } from '../../core/policy/rules.ts'
import { causeOf } from './due-causes.ts'
import { dueRows, readDueImages } from './due-image-rows.ts'
import type { Engine } from './engine.ts'
import { type Judged, writeJudged } from './judged-verdicts.ts'
import { rebuildsDue } from './rebuild-due.ts'
import type { DueImage, Rejudged } from './reevaluation-records.ts'
import { transact } from './rows.ts'
import type { Db } from './schema.ts'
import type { TallyClasses } from './tally-classes.ts'

/** See ReevaluationTables.judgeDue. */
export async function judgeDue(
  { db, engine, classes }: { db: Db; engine: Engine; classes: TallyClasses },
  limit: number,
  rules: Rules,
  judge: (image: DueImage) => Rejudged | undefined | 'later',
): Promise<{ readonly images: number; readonly changed: number; readonly later: number }> {
  return transact(db, async (tx) => {
    const due = await engine
      .forUpdate(tx.selectFrom('image_due').select(['image_id', 'cause']).orderBy('image_id').limit(limit))
      .execute()
    if (due.length === 0) return { images: 0, changed: 0, later: 0 }
    const ids = due.map((row) => row.image_id)
    // Locked, so that nobody saves a verdict of it meanwhile.
    const images = await engine.forUpdate(dueRows(tx, engine, ids)).execute()
    const inventories = new Map(images.map((row) => [row.id, row.inventory]))
    const found = await readDueImages(tx, { engine, classes }, images, rules)
    const done: number[] = []
    const judged: Judged[] = []
    for (const { image_id: image, cause } of due) {
      const { evidence, former } = found.get(image) ?? {}
      const rejudged = evidence && judge({ ...evidence, former, cause: causeOf(cause) })
      if (rejudged === 'later') continue
      done.push(image)
      if (rejudged) judged.push({ image, former, inventory: inventories.get(image) ?? 0, ...rejudged })
    }
    const changed = await writeJudged(tx, engine, rules, judged)
    await rebuildsDue(tx, done)
    await tx.deleteFrom('image_due').where('image_id', 'in', engine.among(done)).execute()
    return { images: done.length, later: due.length - done.length, changed }
  })
}
