import { isDeepStrictEqual } from 'node:util'
import type { Selectable } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry } from '../../core/inventory/package.ts'
import type { FindingCounts, Outcome, VerdictReason } from '../../core/policy/policy.ts'
import type { HistoryRecord, VerdictRecord } from './records.ts'
import type { Database } from './schema.ts'

export type VerdictRow = Selectable<Database['verdict']>

export function sameDecision(
  a: Pick<VerdictRecord, 'outcome' | 'policy' | 'reasons'>,
  b: Pick<VerdictRecord, 'outcome' | 'policy' | 'reasons'>,
): boolean {
  return a.outcome === b.outcome && a.policy === b.policy && isDeepStrictEqual(a.reasons, b.reasons)
}

/** As a verdict is written; what is not here comes later. */
export const verdictColumns = {
  image_id: 'integer',
  outcome: 'text',
  policy: 'text',
  reasons: 'text',
  counts: 'text',
  coverage: 'text',
  snapshot: 'integer',
  cause: 'text',
  decided_at: 'text',
  checked_at: 'text',
  until: 'text',
  evidence: 'text',
} as const

/** `sameDecision` of verdicts as they are stored. */
export function isDecidedAs(
  a: Pick<VerdictRow, 'outcome' | 'policy' | 'reasons'>,
  b: Pick<VerdictRow, 'outcome' | 'policy' | 'reasons'>,
): boolean {
  return a.outcome === b.outcome && a.policy === b.policy && a.reasons === b.reasons
}

export function verdictRow(
  image: number,
  verdict: VerdictRecord,
  evidence: string | null,
): Pick<VerdictRow, keyof typeof verdictColumns> {
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
    until: verdict.until,
    evidence,
  }
}

export function verdictRecord(row: VerdictRow, digest: Digest): VerdictRecord {
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
    until: row.until,
  }
}

export function historyRecord(row: VerdictRow, digest: Digest): HistoryRecord {
  return { id: row.id, ...verdictRecord(row, digest), supersededAt: row.superseded_at }
}
