import type { Rules } from '../../core/policy/rules.ts'
import { causeOf } from './due-causes.ts'
import { dueRows, readDueImages } from './due-image-rows.ts'
import type { Engine } from './engine.ts'
import { type Judged, writeJudged } from './judged-verdicts.ts'
import { rebuildsDue } from './rebuild-due.ts'
import type { VerdictRecord } from './records.ts'
import type { DueImage } from './reevaluation-records.ts'
import { transact } from './rows.ts'
import type { Db } from './schema.ts'
import type { TallyClasses } from './tally-classes.ts'

/** See ReevaluationTables.judgeDue. */
export async function judgeDue(
  { db, engine, classes }: { db: Db; engine: Engine; classes: TallyClasses },
  limit: number,
  rules: Rules,
  judge: (image: DueImage) => VerdictRecord | undefined | 'later',
): Promise<{ readonly images: number; readonly changed: number; readonly later: number }> {
  return transact(db, async (tx) => {
    const due = await engine
      .forUpdate(tx.selectFrom('image_due').select(['image_id', 'cause']).orderBy('image_id').limit(limit))
      .execute()
    if (due.length === 0) return { images: 0, changed: 0, later: 0 }
    const ids = due.map((row) => row.image_id)
    // Locked, so that nobody saves a verdict of it meanwhile.
    const images = await engine.forUpdate(dueRows(tx, engine, ids)).execute()
    const found = await readDueImages(tx, { engine, classes }, images, rules)
    const done: number[] = []
    const judged: Judged[] = []
    for (const { image_id: image, cause } of due) {
      const { evidence, former } = found.get(image) ?? {}
      const verdict = evidence && judge({ ...evidence, former, cause: causeOf(cause) })
      if (verdict === 'later') continue
      done.push(image)
      if (verdict) judged.push({ image, former, verdict })
    }
    const changed = await writeJudged(tx, engine, judged)
    await rebuildsDue(tx, done)
    await tx.deleteFrom('image_due').where('image_id', 'in', engine.among(done)).execute()
    return { images: done.length, later: due.length - done.length, changed }
  })
}
