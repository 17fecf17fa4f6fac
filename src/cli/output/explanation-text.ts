import type { Explanation, LocatedAdvisory, PackageExplanation } from '../../core/report/explanation.ts'
import type { Format } from '../options.ts'
import { json } from './json.ts'
import type { ReportView } from './report-table.ts'
import { safeText } from './safe-text.ts'
import { severityStyles } from './styles.ts'

/** One image's explanation, or one a platform: as JSON an object or a list of them. */
export function renderExplanations(explanations: readonly Explanation[], format: Format, view: ReportView): string {
  if (format === 'json') return json(explanations.length === 1 ? explanations[0] : explanations)
  return explanations.map((explanation) => renderImage(explanation, view)).join('\n')
}

function renderImage({ image, platform, vulnerability, snapshot, packages }: Explanation, view: ReportView): string {
  const title = `${vulnerability} in ${image} (${platform}), snapshot ${snapshot}`
  const body =
    snapshot === 'none'
      ? 'nothing was matched: no vulnerability feed has been read\n'
      : packages.length === 0
        ? 'no record in force of this vulnerability names a package of the image\n'
        : packages.map((one) => renderPackage(one, view)).join('\n')
  return `${view.paint('bold', safeText(title))}\n\n${body}`
}

function renderPackage(
  { package: purl, state, finding, severityFrom, advisories }: PackageExplanation,
  view: ReportView,
) {
  const { paint } = view
  const lines = [`${paint('bold', safeText(purl))}: ${stateWord(state)}`]
  if (finding) {
    const { severity, score } = finding
    const style = severityStyles[severity]
    const from = severityFrom === null ? 'nobody has rated it' : `from ${severityFrom.advisory}, ${severityFrom.source}`
    const others = finding.ratings.filter((rating) => rating.advisory !== severityFrom?.advisory)
    const also = [...new Set(others.map((rating) => `${rating.severity} by ${rating.advisory}`))]
    lines.push(
      `  severity  ${style ? paint(style, severity) : severity}${score === null ? '' : ` ${score}`} (${safeText(from)})`,
      ...(also.length > 0 ? [`            also ${safeText(also.join(', '))}`] : []),
      `  fixed     ${finding.fixed === null ? 'no fix is known' : safeText(finding.fixed)}`,
    )
    const { suppressed } = finding
    if (suppressed) lines.push(`  suppressed by ${suppressed.by}: ${safeText(suppressed.reason)}`)
  }
  return `${[...lines, ...advisories.flatMap(advisoryLines)].join('\n')}\n`
}

const stateWord = (state: PackageExplanation['state']): string =>
  ({ open: 'affected', suppressed: 'affected, suppressed', 'not-affected': 'not affected', unknown: 'cannot be told' })[
    state
  ]

function advisoryLines(record: LocatedAdvisory): string[] {
  const { advisory, modified, affected, because, origins, entries, elsewhere } = record
  // Where it says no, its reason is that of its entries.
  const own = affected === 'no' && entries.length > 0 ? [] : [`    ${because}`]
  const places = origins.map(({ feed, path }) => `${feed}: ${path}`).join(', ')
  return [
    `  ${advisory} (${[places, modified && `modified ${modified}`].filter((part) => part !== '').join(', ')})`,
    ...own,
    ...entries.map((entry) => `    ${entry.ecosystem} ${entry.name}: ${entry.because}`),
    ...(elsewhere.length > 0 ? [`    elsewhere it names ${elsewhere.join(', ')}`] : []),
  ].map(safeText)
}
