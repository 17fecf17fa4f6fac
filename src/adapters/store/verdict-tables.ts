import type { Digest } from '../../core/image/digest.ts'
import { TallymanError } from '../../errors.ts'
import { pageOf, paging } from './cursor.ts'
import { causeOf, causeRanks, dueCause } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { packagesOf } from './image-tables.ts'
import { evidenceTexts, readJudging } from './judged-evidence.ts'
import { lastingAt } from './lasting-at.ts'
import { rebuildsDue } from './rebuild-due.ts'
import type { VerdictRecord } from './records.ts'
import { transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { shareStanding, type StandingRow } from './standing.ts'
import type { VerdictTables } from './store.ts'
import { listChanges } from './verdict-changes.ts'
import { historyRecord, sameDecision, verdictRecord, verdictRow } from './verdict-rows.ts'

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

    async save(verdict, by) {
      await transact(db, async (tx) => {
        const standing = await shareStanding(tx, engine)
        const image = await engine
          .forUpdate(tx.selectFrom('image').select(['id', 'inventory']).where('digest', '=', verdict.digest))
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
        const judgedBy = by?.rules.fingerprint
        if (!isStanding(standing, verdict, judgedBy)) await makeDue(tx, image.id, standing.policy === judgedBy)
        await rebuildsDue(tx, [image.id])
        const made = by && { evidence: by.evidence, inventory: image.inventory }
        const [evidence = null] = made ? await evidenceTexts(tx, by.rules, [made]) : []
        const row = verdictRow(image.id, verdict, evidence)
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

    async dueCause(digest) {
      const due = await db
        .selectFrom('image')
        .innerJoin('image_due', 'image_due.image_id', 'image.id')
        .select('image_due.cause')
        .where('image.digest', '=', digest)
        .union(
          packagesOf(db, digest)
            .innerJoin('package_due', 'package_due.package_id', 'package.id')
            .select('package_due.cause'),
        )
        .orderBy('cause')
        .limit(1)
        .executeTakeFirst()
      return due && causeOf(due.cause)
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
      return { items: items.map((row) => historyRecord(row, digest)), next }
    },

    async at(digest, time) {
      const row = await verdictsOf(db, digest)
        .where((eb) => lastingAt(eb.ref('verdict.decided_at'), eb.ref('verdict.superseded_at'), time))
        .orderBy('verdict.id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && historyRecord(row, digest)
    },

    async made(digest, id) {
      const row = await verdictsOf(db, digest).where('verdict.id', '=', id).executeTakeFirst()
      if (row === undefined) return undefined
      const verdict = historyRecord(row, digest)
      const by = await readJudging(db, digest, { evidence: row.evidence, coverage: verdict.coverage })
      return { verdict, by: by ?? null }
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
