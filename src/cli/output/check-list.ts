import { checkLevels, type CheckLevel } from '../../core/benchmark/check.ts'
import type { Guidance } from '../../core/report/faults.ts'
import type { Report, ReportCheck } from '../../core/report/report.ts'
import type { Paint } from '../io.ts'
import { plural } from './quantities.ts'
import { safeText } from './safe-text.ts'
import { severityStyles } from './styles.ts'

/** Enough to see what is meant; `-o json` has all. */
const maxEvidence = 3

/** The checks that fail, worst first, with what was seen and what to do; those that nobody can decide are counted. */
export function checkList({ checks }: Report, paint: Paint, guidance?: Guidance): string {
  const failing = checks
    .filter(({ status, suppressed }) => status === 'fail' && suppressed === null)
    .toSorted(worstFirst)
  const undecidable = checks.filter(({ status }) => status === 'undecidable').map(({ id }) => id)
  if (failing.length + undecidable.length === 0) return ''
  const lines = failing.flatMap((check) => {
    const { id, title, level, evidence, layer, fromBase } = check
    const place = layer === null ? '' : ` (layer ${layer}${fromBase ? ', from the base' : ''})`
    const more = evidence.length - maxEvidence
    const remedy = guidance?.(id)?.remedy
    return [
      `  - ${painted(level, paint)} ${safeText(`${id} ${title}${place}`)}`,
      ...evidence.slice(0, maxEvidence).map((text) => `      ${safeText(text)}`),
      ...(more > 0 ? [`      and ${more} more`] : []),
      ...(remedy === undefined ? [] : [`      ${paint('dim', 'what to do:')} ${safeText(remedy)}`]),
    ]
  })
  const rest =
    undecidable.length === 0
      ? []
      : [safeText(`  ${plural(undecidable.length, 'check')} that an image cannot show: ${undecidable.join(', ')}`)]
  const heading = failing.length > 0 ? 'Checks that fail' : 'Checks'
  return `${paint('bold', heading)}\n${[...lines, ...rest].join('\n')}\n`
}

function painted(level: CheckLevel, paint: Paint): string {
  const style = level === 'info' ? 'dim' : severityStyles[level]
  return style ? paint(style, level) : level
}

function worstFirst(a: ReportCheck, b: ReportCheck): number {
  return checkLevels.indexOf(a.level) - checkLevels.indexOf(b.level) || a.id.localeCompare(b.id, 'en')
}
