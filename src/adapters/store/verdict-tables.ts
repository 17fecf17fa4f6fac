import { isDeepStrictEqual } from 'node:util'
import type { Insertable, Selectable } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry } from '../../core/inventory/package.ts'
import type { FindingCounts, Outcome, VerdictReason } from '../../core/policy/policy.ts'
import { TallymanError } from '../../errors.ts'
import { pageOf, paging } from './cursor.ts'
import type { Engine } from './engine.ts'
import type { VerdictRecord } from './records.ts'
import { transact } from './rows.ts'
import type { Database, Db } from './schema.ts'
import type { VerdictTables } from './store.ts'

type VerdictRow = Selectable<Database['verdict']>

export function verdictTables(db: Db, engine: Engine): VerdictTables {
  return {
    async current(digest) {
      const row = await verdictsOf(db, digest).where('verdict.superseded_at', 'is', null).executeTakeFirst()
      return row && verdictRecord(row, digest)
    },

    async save(verdict) {
      await transact(db, async (tx) => {
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

function verdictsOf(db: Db, digest: Digest) {
  return db
    .selectFrom('image')
    .innerJoin('verdict', 'verdict.image_id', 'image.id')
    .selectAll('verdict')
    .where('image.digest', '=', digest)
}

function sameDecision(a: VerdictRecord, b: VerdictRecord): boolean {
  return a.outcome === b.outcome && a.policy === b.policy && isDeepStrictEqual(a.reasons, b.reasons)
}

function verdictRow(image: number, verdict: VerdictRecord): Insertable<Database['verdict']> {
  return {
    image_id: image,
    outcome: verdict.outcome,
    policy: verdict.policy,
    reasons: JSON.stringify(verdict.reasons),
    counts: JSON.stringify(verdict.counts),
    coverage: JSON.stringify(verdict.coverage),
    snapshot: verdict.snapshot,
    cause: verdict.cause,
    decided_at: verdict.decidedAt,
    checked_at: verdict.checkedAt,
  }
}

function verdictRecord(row: VerdictRow, digest: Digest): VerdictRecord {
  return {
    digest,
    outcome: row.outcome as Outcome,
    policy: row.policy,
    reasons: JSON.parse(row.reasons) as VerdictReason[],
    counts: JSON.parse(row.counts) as FindingCounts,
    coverage: JSON.parse(row.coverage) as CoverageEntry[],
    snapshot: row.snapshot,
    cause: row.cause,
    decidedAt: row.decided_at,
    checkedAt: row.checked_at,
  }
}
