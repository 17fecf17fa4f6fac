import type { AdvisoryChange } from '../../core/policy/cause.ts'
import { causeText } from '../../core/policy/cause.ts'
import { keyText } from './key-text.ts'
import type { MatchRow } from './match-rows.ts'
import { listed } from './rows.ts'
import type { Tx } from './schema.ts'

/**
 * Why something is due, worst first by its bytes: four digits of the finding's rank (rank.ts), a blank, the cause. So the one
 * cause of a change that has many is the smallest text.
 */
const rankDigits = 4

/** Below every advisory, in this order: what was changed on purpose comes before what follows from the course of things. */
export const causeRanks = {
  rules: 9_000,
  exception: 9_100,
  exploitation: 9_200,
  /** Whatever else concerns all images alike: feeds, ends of life. */
  all: 9_300,
  time: 9_400,
  elsewhere: 9_500,
} as const
/** Packages that were not matched before: no verdict but that of the image that brought them can change. */
const firstMatch = { rank: 9_998, cause: 'scanned again' }

export function dueCause(rank: number, cause: string): string {
  return `${String(rank).padStart(rankDigits, '0')} ${cause}`
}

export function causeOf(due: string): string {
  return due.slice(rankDigits + 1)
}

/** A match of a package that came, went or became another. */
export interface MatchChange {
  readonly packageId: number
  readonly before?: MatchRow | undefined
  readonly after?: MatchRow | undefined
}

/** The cause of each package's changes: the worst of them. `known`: packages that were matched before. */
export async function dueCauses(
  tx: Tx,
  changes: readonly MatchChange[],
  known: ReadonlySet<number>,
): Promise<Map<number, string>> {
  const worst = new Map<number, MatchChange>()
  for (const change of changes) {
    const former = worst.get(change.packageId)
    if (former === undefined || before(change, former)) worst.set(change.packageId, change)
  }
  const records = await recordsOf(tx, [...worst.values()].map(advisoryOf))
  return new Map(
    [...worst].map(([packageId, change]) => {
      if (!known.has(packageId)) return [packageId, dueCause(firstMatch.rank, firstMatch.cause)]
      const kind = changeOf(change, records.get(advisoryOf(change)) ?? [])
      return [packageId, dueCause(rankOf(change), causeText(kind, rowOf(change).vulnerability))]
    }),
  )
}

function before(a: MatchChange, b: MatchChange): boolean {
  const order = rankOf(a) - rankOf(b)
  return order === 0 ? rowOf(a).vulnerability < rowOf(b).vulnerability : order < 0
}

const rowOf = ({ before, after }: MatchChange): MatchRow => (after ?? before)!
const advisoryOf = (change: MatchChange): string => keyText(rowOf(change).advisory)
const rankOf = ({ before, after }: MatchChange): number => Math.min(before?.rank ?? Infinity, after?.rank ?? Infinity)

interface AdvisoryRecord {
  readonly feed: string
  readonly path: string
  readonly since: number
  readonly until: number | null
  readonly withdrawn: string | null
}

async function recordsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, readonly AdvisoryRecord[]>> {
  const records: (AdvisoryRecord & { readonly id: string })[] = []
  for (const part of listed([...new Set(ids)])) {
    records.push(
      ...(await tx
        .selectFrom('advisory')
        .select(['advisory_id as id', 'feed', 'path', 'since', 'until', 'withdrawn'])
        .where('advisory_id', 'in', part)
        .execute()),
    )
  }
  return Map.groupBy(records, ({ id }) => id)
}

function changeOf({ before, after }: MatchChange, records: readonly AdvisoryRecord[]): AdvisoryChange {
  const inForce = records.filter(({ until }) => until === null)
  if (before && after) return before.fixed === null && after.fixed !== null ? 'fixed' : 'changed'
  if (after) return inForce.some((record) => records.some((former) => precedes(former, record))) ? 'changed' : 'added'
  if (inForce.length === 0) return 'removed'
  return inForce.every(({ withdrawn }) => withdrawn !== null) ? 'withdrawn' : 'changed'
}

function precedes(former: AdvisoryRecord, record: AdvisoryRecord): boolean {
  return former.until === record.since && former.feed === record.feed && former.path === record.path
}
