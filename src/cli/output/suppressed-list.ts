import type { Suppression } from '../../core/policy/policy.ts'
import type { Report, ReportFinding } from '../../core/report/report.ts'
import { secretPlace } from '../../core/report/secret-text.ts'
import type { Paint } from '../io.ts'
import { grouped } from './quantities.ts'
import { safeText } from './safe-text.ts'

/** Named for each reason; kernel headers alone can have thousands, and `-o json` has all. */
const maxNames = 5

/**
 * What does not count and why: a line for each reason, with how many findings, checks and secrets it speaks for and the first of
 * them. `findings`: the suppressed ones, in the order in which to name them.
 */
export function suppressedList(
  findings: readonly ReportFinding[],
  { checks, secrets }: Report,
  nameOf: (purl: string) => string,
  paint: Paint,
): string {
  const all = [
    ...findings.flatMap((each) => because(each.suppressed, `${each.vulnerability} in ${nameOf(each.package)}`)),
    ...checks.flatMap((each) => (each.status === 'fail' ? because(each.suppressed, each.id) : [])),
    ...secrets.flatMap((each) => because(each.suppressed, `${each.rule} in ${secretPlace(each)}`)),
  ]
  if (all.length === 0) return ''
  const lines = [...Map.groupBy(all, ({ why }) => why)].map(([why, those]) => {
    const names = those.slice(0, maxNames).map(({ name }) => name)
    const more = those.length > maxNames ? ` and ${grouped(those.length - maxNames)} more` : ''
    return `  - ${grouped(those.length)} ${safeText(`${why}: ${names.join(', ')}`)}${more}\n`
  })
  return `${paint('bold', 'Suppressed')} (shown, not counted)\n${lines.join('')}`
}

function because(suppressed: Suppression | null, name: string): readonly { why: string; name: string }[] {
  if (!suppressed) return []
  const { by, reason, until } = suppressed
  return [{ why: `by ${by}${until === null ? '' : ` until ${until}`} (${reason})`, name }]
}
