import type { ReportFinding } from '../../core/report/report.ts'
import type { Paint } from '../io.ts'
import { grouped } from './quantities.ts'
import { safeText } from './safe-text.ts'

/** Named for each reason; kernel headers alone can have thousands, and `-o json` has all. */
const maxNames = 5

/** What does not count and why: a line for each reason, with how many it speaks for and the first of them. */
export function suppressedList(
  findings: readonly ReportFinding[],
  nameOf: (purl: string) => string,
  paint: Paint,
): string {
  if (findings.length === 0) return ''
  const lines = [...Map.groupBy(findings, reason)].map(([why, those]) => {
    const named = those.slice(0, maxNames).map((each) => `${each.vulnerability} in ${nameOf(each.package)}`)
    const more = those.length > maxNames ? ` and ${grouped(those.length - maxNames)} more` : ''
    return `  - ${grouped(those.length)} ${safeText(`${why}: ${named.join(', ')}`)}${more}\n`
  })
  return `${paint('bold', 'Suppressed')} (shown, not counted)\n${lines.join('')}`
}

function reason({ suppressed }: ReportFinding): string {
  if (!suppressed) return 'without a reason'
  const until = suppressed.until === null ? '' : ` until ${suppressed.until}`
  return `by ${suppressed.by}${until} (${suppressed.reason})`
}
