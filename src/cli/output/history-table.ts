import type { HistoryRecord } from '../../adapters/store/records.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { Replay } from '../../flows/replay-verdict.ts'
import type { Format } from '../options.ts'
import { json } from './json.ts'
import { plural } from './quantities.ts'
import type { ReportView } from './report-table.ts'
import { safeText } from './safe-text.ts'
import { outcomeStyles } from './styles.ts'
import { table, type Column } from './table.ts'

export interface ImageHistory {
  readonly digest: Digest
  readonly platform: string
  readonly items: readonly HistoryRow[]
  readonly next: string | null
}

interface HistoryRow {
  readonly verdict: HistoryRecord
  readonly replay?: Replay
}

const columns: readonly Column<HistoryRow>[] = [
  { title: 'ID', align: 'right', cell: ({ verdict }) => String(verdict.id) },
  { title: 'SINCE', cell: ({ verdict }) => verdict.decidedAt },
  { title: 'UNTIL', cell: ({ verdict }) => verdict.supersededAt ?? '-' },
  {
    title: 'VERDICT',
    cell: ({ verdict }) => verdict.outcome,
    style: ({ verdict }) => outcomeStyles[verdict.outcome],
  },
  { title: 'SNAPSHOT', align: 'right', cell: ({ verdict }) => String(verdict.snapshot ?? '-') },
  { title: 'WHY', cell: ({ verdict }) => verdict.cause },
  { title: 'POLICY', cell: ({ verdict }) => verdict.policy, optional: true },
]

const replayColumn: Column<HistoryRow> = {
  title: 'REPLAYED',
  cell: ({ replay }) => (replay ? words[replay.result] : '-'),
  style: ({ replay }) => (replay?.result === 'different' ? 'red' : undefined),
}

const words = { same: 'the same', reworded: 'in other words', different: 'another', 'not-kept': 'not kept' } as const

/** For each image, what it was judged to be, newest first. */
export function renderHistory(images: readonly ImageHistory[], format: Format, view: ReportView): string {
  if (format === 'json') return json({ images })
  const isReplayed = images.some(({ items }) => items.some(({ replay }) => replay))
  const shown = isReplayed ? [...columns, replayColumn] : columns
  return images
    .map(({ digest, platform, items, next }) => {
      const rows = items.length > 0 ? table(items, shown, view) : ''
      const more = next === null ? '' : '; there are more: --all'
      return `${safeText(platform)} (${digest})\n${rows}${plural(items.length, 'verdict')}${more}\n`
    })
    .join('\n')
}
