import type { Digest } from '../../core/image/digest.ts'
import type { FindingCounts, Outcome, VerdictReason } from '../../core/policy/policy.ts'
import type { VerdictChange, VerdictDecision } from './reevaluation-records.ts'
import { listed } from './rows.ts'
import type { Db } from './schema.ts'

type Announced = VerdictChange & { readonly id: number }

export async function outbox(db: Db, limit: number): Promise<readonly Announced[]> {
  const waiting = await db
    .selectFrom('verdict_outbox')
    .select('verdict_id')
    .orderBy('verdict_id')
    .limit(limit)
    .execute()
  if (waiting.length === 0) return []
  const ids = waiting.map((row) => row.verdict_id)
  const rows = await verdictChanges(db).where('verdict.id', 'in', ids).orderBy('verdict.id').execute()
  return rows.map(verdictChange)
}

export async function announced(db: Db, ids: readonly number[]): Promise<void> {
  for (const part of listed(ids)) await db.deleteFrom('verdict_outbox').where('verdict_id', 'in', part).execute()
}

/** Verdicts, current and former, beside the one before each. */
export function verdictChanges(db: Db) {
  return db
    .selectFrom('verdict')
    .innerJoin('image', 'image.id', 'verdict.image_id')
    .leftJoin('verdict as former', (join) =>
      join.on('former.id', '=', (eb) =>
        eb
          .selectFrom('verdict as earlier')
          .select((inner) => inner.fn.max('earlier.id').as('id'))
          .whereRef('earlier.image_id', '=', 'verdict.image_id')
          .whereRef('earlier.id', '<', 'verdict.id'),
      ),
    )
    .select(['image.digest', 'verdict.id', 'verdict.cause', 'verdict.snapshot', 'verdict.decided_at'])
    .select(['verdict.outcome', 'verdict.policy', 'verdict.reasons', 'verdict.counts'])
    .select([
      'former.outcome as former_outcome',
      'former.policy as former_policy',
      'former.reasons as former_reasons',
      'former.counts as former_counts',
    ])
}

type ChangeRow = Awaited<ReturnType<ReturnType<typeof verdictChanges>['execute']>>[number]

export function verdictChange(row: ChangeRow): Announced {
  const { former_outcome: outcome, former_policy: policy, former_reasons: reasons, former_counts: counts } = row
  const before = outcome !== null && policy !== null && reasons !== null && counts !== null
  return {
    id: row.id,
    digest: row.digest as Digest,
    before: before ? decision({ outcome, policy, reasons, counts }) : null,
    after: decision(row),
    snapshot: row.snapshot,
    cause: row.cause,
    at: row.decided_at,
  }
}

function decision(row: {
  readonly outcome: string
  readonly policy: string
  readonly reasons: string
  readonly counts: string
}): VerdictDecision {
  return {
    outcome: row.outcome as Outcome,
    policy: row.policy,
    reasons: JSON.parse(row.reasons) as VerdictReason[],
    counts: JSON.parse(row.counts) as FindingCounts,
  }
}
