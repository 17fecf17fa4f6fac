import type { Digest } from '../../core/image/digest.ts'
import type { FindingCounts, Outcome, VerdictReason } from '../../core/policy/policy.ts'
import type { VerdictChange, VerdictDecision } from './reevaluation-records.ts'
import type { Engine } from './engine.ts'
import type { Db } from './schema.ts'

/** See ReevaluationTables.outbox. */
export async function outbox(
  db: Db,
  limit: number,
): Promise<readonly { readonly id: number; readonly digest: Digest }[]> {
  const rows = await firstOfOutbox(db, limit).execute()
  return rows.map(({ id, digest }) => ({ id, digest: digest as Digest }))
}

/** As a subquery: a join SQLite may begin with all images, for each few of them. */
export function firstOfOutbox(db: Db, limit: number) {
  return db
    .selectFrom('verdict_outbox')
    .select('verdict_id as id')
    .select((eb) =>
      eb
        .selectFrom('verdict')
        .innerJoin('image', 'image.id', 'verdict.image_id')
        .select('image.digest')
        .whereRef('verdict.id', '=', 'verdict_outbox.verdict_id')
        .as('digest'),
    )
    .orderBy('verdict_id')
    .limit(limit)
}

export async function announced({ db, engine }: { db: Db; engine: Engine }, ids: readonly number[]): Promise<void> {
  await db.deleteFrom('verdict_outbox').where('verdict_id', 'in', engine.among(ids)).execute()
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

export function verdictChange(row: ChangeRow): VerdictChange & { readonly id: number } {
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
