import { checkLevels, type CheckLevel } from '../../core/benchmark/check.ts'
import { ruleText } from '../../core/benchmark/rules.ts'
import { decisiveFirst } from '../../core/policy/decisions.ts'
import { isFault } from '../../core/report/faults.ts'
import type { Report, ReportCheck } from '../../core/report/report.ts'
import type { Paint } from '../io.ts'
import { decisionMark } from './decision-mark.ts'
import { plural } from './quantities.ts'
import { safeText } from './safe-text.ts'
import { severityStyles } from './styles.ts'

/** Enough to see what is meant; `-o json` has all. */
const maxEvidence = 3

/**
 * The checks that fail, first those that decide the verdict, then worst first, with what was seen and what to do. Those that nobody
 * can decide are among them where a rule acts on that, else counted.
 */
export function checkList({ checks }: Report, paint: Paint): string {
  const failing = checks.filter((check) => isFault(check) && check.suppressed === null).toSorted(worstFirst)
  const undecidable = checks.filter((check) => check.status === 'undecidable' && !isFault(check)).map(({ id }) => id)
  if (failing.length + undecidable.length === 0) return ''
  const lines = failing.flatMap((check) => {
    const { id, title, level, status, evidence, layer, fromBase } = check
    const place = layer === null ? '' : ` (layer ${layer}${fromBase ? ', from the base' : ''})`
    const more = evidence.length - maxEvidence
    const unknown = status === 'fail' ? '' : ', which the image cannot show'
    const remedy = ruleText(id)?.remedy
    return [
      `  - ${painted(level, paint)} ${safeText(`${id} ${title}${unknown}${place}`)}${decisionMark(check, paint)}`,
      ...evidence.slice(0, maxEvidence).map((text) => `      ${safeText(text)}`),
      ...(more > 0 ? [`      and ${more} more`] : []),
      ...(remedy === undefined ? [] : [`      ${paint('dim', 'what to do:')} ${safeText(remedy)}`]),
    ]
  })
  const rest =
    undecidable.length === 0
      ? []
      : [safeText(`  ${plural(undecidable.length, 'check')} that an image cannot show: ${undecidable.join(', ')}`)]
  const heading = failing.some(({ status }) => status === 'fail') ? 'Checks that fail' : 'Checks'
  return `${paint('bold', heading)}\n${[...lines, ...rest].join('\n')}\n`
}

function painted(level: CheckLevel, paint: Paint): string {
  const style = level === 'info' ? 'dim' : severityStyles[level]
  return style ? paint(style, level) : level
}

function worstFirst(a: ReportCheck, b: ReportCheck): number {
  const byLevel = checkLevels.indexOf(a.level) - checkLevels.indexOf(b.level)
  return decisiveFirst(a, b) || byLevel || a.id.localeCompare(b.id, 'en')
}
