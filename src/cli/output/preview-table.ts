import type { Outcome, VerdictReason } from '../../core/policy/policy.ts'
import type { Preview, PreviewedImage } from '../../flows/preview-images.ts'
import type { ReportView } from './report-table.ts'
import { outcomeStyles } from './styles.ts'
import { table, type Column } from './table.ts'

/** How many images would flip, from which outcome to which, and each of them with why. */
export function renderPreview({ images, flips, changed }: Preview, { paint, width }: ReportView): string {
  const total = Object.values(flips).reduce((sum, count) => sum + count, 0)
  if (total === 0) return `none of ${imagesPhrase(images)} would have another outcome\n`
  const counts = Object.entries(flips)
    .sort(([, a], [, b]) => b - a)
    .map(([flip, count]) => `${count} ${flip}`)
  const columns: readonly Column<PreviewedImage>[] = [
    { title: 'IMAGE', cell: ({ references, digest }) => references[0] ?? digest },
    { title: 'NOW', cell: ({ before }) => before, style: ({ before }) => outcomeStyles[before] },
    { title: 'WOULD BE', cell: ({ after }) => after, style: ({ after }) => outcomeStyles[after] },
    { title: 'BECAUSE', cell: because },
  ]
  const more = total > changed.length ? `… and ${total - changed.length} more\n` : ''
  const summary = `${total} of ${imagesPhrase(images)} would have another outcome: ${counts.join(', ')}\n`
  return `${summary}\n${table(changed, columns, { paint, width })}${more}`
}

const imagesPhrase = (count: number): string => (count === 1 ? '1 stored image' : `${count} stored images`)

/** The reason that would decide; where it would pass, the one that no longer would. */
function because({ after, before, reasons, wouldBe }: PreviewedImage): string {
  const own = deciding(wouldBe, after)
  if (own) return `${own.rule}: ${own.message}`
  const former = deciding(reasons, before)
  return former ? `no longer ${former.rule}: ${former.message}` : ''
}

function deciding(reasons: readonly VerdictReason[], outcome: Outcome): VerdictReason | undefined {
  return reasons.find((reason) => reason.outcome === outcome) ?? reasons[0]
}
