import { sql } from 'kysely'
import type { Evidence } from '../../core/policy/evidence.ts'
import type { Rules } from '../../core/policy/rules.ts'
import type { StoredVerdict } from './due-image-rows.ts'
import type { Engine } from './engine.ts'
import { evidenceTexts } from './judged-evidence.ts'
import type { VerdictRecord } from './records.ts'
import type { Tx } from './schema.ts'
import { isDecidedAs, verdictColumns, verdictRow } from './verdict-rows.ts'

export interface Judged {
  readonly image: number
  readonly former: StoredVerdict | undefined
  readonly verdict: VerdictRecord
  readonly evidence: Evidence
  /** Number of the inventory that it was judged by. */
  readonly inventory: number
}

/** Writes the verdicts, and into the outbox those that decide otherwise than the former ones; returns how many do. */
export async function writeJudged(tx: Tx, engine: Engine, rules: Rules, judged: readonly Judged[]): Promise<number> {
  const evidence = await evidenceTexts(tx, rules, judged)
  const rows = judged.map(({ image, former, verdict }, index) => ({
    former,
    row: verdictRow(image, verdict, evidence[index]!),
  }))
  const same = rows.filter(({ former, row }) => former && isDecidedAs(row, former))
  const changed = rows.filter(({ former, row }) => !former || !isDecidedAs(row, former))
  if (same.length > 0) await update(tx, engine, same)
  if (changed.length > 0) await supersede(tx, engine, changed)
  return changed.length
}

interface Written {
  readonly former: StoredVerdict | undefined
  readonly row: ReturnType<typeof verdictRow>
}

/** Only what stands beside the decision is another; what indexes hold is not written again. */
const besideColumns = {
  id: 'integer',
  counts: 'text',
  coverage: 'text',
  snapshot: 'integer',
  checked_at: 'text',
  until: 'text',
  evidence: 'text',
} as const

async function update(tx: Tx, engine: Engine, written: readonly Written[]): Promise<void> {
  const rows = written.map(({ former, row: { counts, coverage, snapshot, checked_at, until, evidence } }) => {
    return { id: former?.id ?? 0, counts, coverage, snapshot, checked_at, until, evidence }
  })
  const newer = engine.table(besideColumns, rows)
  await sql`
    update verdict set counts = newer.counts, coverage = newer.coverage, snapshot = newer.snapshot,
      checked_at = newer.checked_at, until = newer.until, evidence = newer.evidence
    from ${newer} as newer where verdict.id = newer.id`.execute(tx)
}

async function supersede(tx: Tx, engine: Engine, written: readonly Written[]): Promise<void> {
  const images = written.map(({ row }) => row.image_id)
  await tx
    .updateTable('verdict')
    .set({ superseded_at: written[0]!.row.decided_at })
    .where('image_id', 'in', engine.among(images))
    .where('superseded_at', 'is', null)
    .execute()
  const rows = written.map(({ row }) => row)
  await engine.insert('verdict', verdictColumns, rows).execute(tx)
  await sql`
    insert into verdict_outbox (verdict_id)
    select id from verdict where image_id in ${engine.among(images)} and superseded_at is null order by id`.execute(tx)
}
