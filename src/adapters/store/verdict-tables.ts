import type { Digest } from '../../core/image/digest.ts'
import { TallymanError } from '../../errors.ts'
import { pageOf, paging } from './cursor.ts'
import { causeRanks, dueCause } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { rebuildsDue } from './rebuild-due.ts'
import type { VerdictRecord } from './records.ts'
import { transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { shareStanding, type StandingRow } from './standing.ts'
import type { VerdictTables } from './store.ts'
import { listChanges } from './verdict-changes.ts'
import { sameDecision, verdictRecord, verdictRow } from './verdict-rows.ts'

export function verdictTables(db: Db, engine: Engine): VerdictTables {
  return {
    async current(digest) {
      const row = await verdictsOf(db, digest)
        .leftJoin('image_due', 'image_due.image_id', 'verdict.image_id')
        .innerJoin('standing', (join) => join.onTrue())
        .select(['image_due.image_id as due', 'standing.snapshot as standing', 'standing.checked_at as confirmed'])
        .where('verdict.superseded_at', 'is', null)
        .executeTakeFirst()
      return row && confirmed(verdictRecord(row, digest), row)
    },

    async save(verdict, judgedBy) {
      await transact(db, async (tx) => {
        const standing = await shareStanding(tx, engine)
        const image = await engine
          .forUpdate(tx.selectFrom('image').select('id').where('digest', '=', verdict.digest))
          .executeTakeFirst()
        if (image === undefined) {
          throw new TallymanError(
            'NOT_FOUND',
            `the verdict's image ${verdict.digest} is not in the store; save it first`,
          )
        }
        const former = await verdictsOf(tx, verdict.digest)
          .where('verdict.superseded_at', 'is', null)
          .executeTakeFirst()
        if ((former?.snapshot ?? 0) > (verdict.snapshot ?? Infinity)) return
        if (!isStanding(standing, verdict, judgedBy)) await makeDue(tx, image.id, standing.policy === judgedBy)
        await rebuildsDue(tx, [image.id])
        const row = verdictRow(image.id, verdict)
        if (former !== undefined && sameDecision(verdictRecord(former, verdict.digest), verdict)) {
          await tx.updateTable('verdict').set(row).where('id', '=', former.id).execute()
          return
        }
        if (former !== undefined) {
          const superseded = { superseded_at: verdict.decidedAt }
          await tx.updateTable('verdict').set(superseded).where('id', '=', former.id).execute()
        }
        await tx.insertInto('verdict').values(row).execute()
      })
    },

    changes: (filter, page) => listChanges(db, filter, page),

    async history(digest, request) {
      const page = paging<[number]>('history', [0], request)
      const rows = await verdictsOf(db, digest)
        .$if(page.after !== undefined, (query) => query.where('verdict.id', '<', page.after?.[0] ?? 0))
        .orderBy('verdict.id', 'desc')
        .limit(page.limit + 1)
        .execute()
      const { items, next } = pageOf('history', rows, page.limit, (row) => [row.id])
      return { items: items.map((row) => verdictRecord(row, digest)), next }
    },
  }
}

/** What re-evaluation found unchanged, it did not write: the row is as of the last one, unless the image waits for it. */
function confirmed(
  verdict: VerdictRecord,
  by: { readonly due: number | null; readonly standing: number; readonly confirmed: string | null },
): VerdictRecord {
  if (by.due !== null || by.confirmed === null || (verdict.snapshot ?? 0) > by.standing) return verdict
  const checkedAt = verdict.checkedAt > by.confirmed ? verdict.checkedAt : by.confirmed
  return { ...verdict, snapshot: by.standing === 0 ? verdict.snapshot : by.standing, checkedAt }
}

/** Whether re-evaluation may take the verdict for right as of the snapshot that it is on its way to. */
function isStanding({ target, policy }: StandingRow, verdict: VerdictRecord, judgedBy: string | undefined): boolean {
  if (policy === '') return true
  return (verdict.snapshot ?? 0) >= target && (judgedBy === undefined || judgedBy === policy)
}

async function makeDue(tx: Tx, image: number, sameRules: boolean): Promise<void> {
  await tx
    .insertInto('image_due')
    .values({
      image_id: image,
      cause: sameRules ? dueCause(causeRanks.all, 'feed') : dueCause(causeRanks.rules, 'policy'),
    })
    .onConflict((oc) => oc.doNothing())
    .execute()
}

function verdictsOf(db: Db, digest: Digest) {
  return db
    .selectFrom('image')
    .innerJoin('verdict', 'verdict.image_id', 'image.id')
    .selectAll('verdict')
    .where('image.digest', '=', digest)
}
