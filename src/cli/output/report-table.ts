import type { Severity } from '../../core/match/advisory.ts'
import { decisiveFirst } from '../../core/policy/decisions.ts'
import type { Outcome } from '../../core/policy/policy.ts'
import { gapText, isGap } from '../../core/report/gaps.ts'
import type { IndexReport, Report, ReportFinding, ReportPackage } from '../../core/report/report.ts'
import type { Paint } from '../io.ts'
import { baseName } from './base-name.ts'
import { checkList } from './check-list.ts'
import { decisionStyle } from './decision-mark.ts'
import { nextStep } from './next-step.ts'
import { ago, grouped, megabytes, plural } from './quantities.ts'
import { safeText } from './safe-text.ts'
import { secretList } from './secret-list.ts'
import { staleFeeds } from './stale-feeds.ts'
import { outcomeStyles, severityStyles } from './styles.ts'
import { suppressedList } from './suppressed-list.ts'
import { fields, table, type Column } from './table.ts'

export interface ReportView {
  readonly paint: Paint
  readonly now: Date
  /** The terminal's; undefined where the text goes elsewhere. */
  readonly width?: number | undefined
  /** At most so many findings; what is left out is counted. Undefined: all. */
  readonly limit?: number | undefined
}

/** Worst first; unknown before low, because it can be anything. */
const severityOrder: readonly Severity[] = ['critical', 'high', 'medium', 'unknown', 'low', 'negligible']

/** A report for people: what it is, what was found, what was not understood, the verdict and why, and what to do. */
export function renderReport(report: Report | IndexReport, view: ReportView): string {
  if (report.schema === 'tallyman.report/v1') return renderImage(report, view)
  const { outcome, policy } = report.verdict
  const { paint } = view
  const images = report.images.map((image) => `${renderImage(image, view)}\n`).join('')
  const platforms = report.images
    .map(({ image, verdict }) => `  - ${image.platform}: ${paint(outcomeStyles[verdict.outcome], verdict.outcome)}\n`)
    .join('')
  const title = `${verdictWord(outcome, paint)} by policy ${safeText(policy)}: the worst of ${plural(report.images.length, 'platform')}\n`
  return images + title + platforms
}

function renderImage(report: Report, view: ReportView): string {
  const { paint } = view
  const open = report.findings
    .filter(({ state }) => state === 'open')
    .toSorted((a, b) => decisiveFirst(a, b) || worstFirst(a, b))
  const suppressed = report.findings.filter(({ state }) => state === 'suppressed').toSorted(worstFirst)
  const packages = packagesByPurl(report)
  const parts = [
    paint('bold', safeText(`${report.image.reference} (${report.image.platform})`)) + '\n' + header(report, view),
    open.length > 0 ? findingsTable(open, packages, view) : '',
    suppressedList(suppressed, report, (purl) => packages.get(purl)?.[0].name ?? purl, paint),
    secretList(report, paint),
    checkList(report, paint),
    gapsList(report, paint),
    staleFeeds(report, view.now, paint),
    `${summary(open, suppressed)}\n${origins(report, open)}${renderVerdict(report, open, paint)}`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function header({ image, verdict, checkedAgainst, packages }: Report, { now, paint }: ReportView): string {
  const { digest, base, distro, size, layers, created, signatures } = image
  const built = created === null ? '' : `, built ${ago(created, now)}`
  const release = distro?.ecosystem ? ` (${distro.ecosystem})` : ' (no feed has it)'
  return fields(
    [
      ['digest', digest],
      ...(base ? [['base', `${baseName(base)} (${plural(base.layers, 'layer')})`] as const] : []),
      ['distro', distro ? `${distro.id} ${distro.version}${release}` : 'none found'],
      [
        'content',
        `${plural(packages.length, 'package')}, ${megabytes(size)} in ${plural(layers.length, 'layer')}${built}`,
      ],
      ...(signatures ? [['signed by', signatures.join(', ') || 'none of the configured keys'] as const] : []),
      ['policy', verdict.policy],
      ['snapshot', describeSnapshot(checkedAgainst, now)],
    ],
    paint,
  )
}

function describeSnapshot({ snapshot, feeds }: Report['checkedAgainst'], now: Date): string {
  if (snapshot === 'none') return 'none: nothing was matched'
  const states = feeds.map(({ name, fetched, advisories }) => {
    const what = advisories > 0 ? ` with ${plural(advisories, 'advisory', 'advisories')}` : ''
    return `${name} of ${ago(fetched, now)}${what}`
  })
  return states.length === 0 ? snapshot : `${snapshot}: ${states.join(', ')}`
}

function findingsTable(
  findings: readonly ReportFinding[],
  packages: ReadonlyMap<string, Places>,
  { paint, width, limit }: ReportView,
): string {
  const named = (finding: ReportFinding) => packages.get(finding.package)
  const columns: readonly Column<ReportFinding>[] = [
    { title: 'DECISION', cell: ({ decision }) => decision?.action ?? '-', style: decisionStyle },
    { title: 'SEVERITY', cell: ({ severity }) => severity, style: ({ severity }) => severityStyles[severity] },
    { title: 'VULNERABILITY', cell: ({ vulnerability }) => vulnerability },
    { title: 'PACKAGE', cell: (finding) => named(finding)?.[0].name ?? finding.package },
    { title: 'INSTALLED', cell: (finding) => named(finding)?.[0].version ?? '' },
    { title: 'FIXED IN', cell: ({ fixed }) => fixed ?? '-', style: ({ fixed }) => (fixed === null ? 'dim' : 'green') },
    { title: 'BY RULE', cell: ({ decision }) => decision?.rule ?? '', optional: true },
    { title: 'WHERE', cell: (finding) => where(named(finding)), optional: true },
  ]
  const shown = limit === undefined ? findings : findings.slice(0, limit)
  const more = findings.length - shown.length
  const rest = more > 0 ? `and ${plural(more, 'more finding')}, left out by --limit\n` : ''
  return table(shown, columns, { paint, width }) + rest
}

type Places = readonly [ReportPackage, ...ReportPackage[]]

/** A language package can lie in several places, each an entry of the report with the same purl. */
function packagesByPurl({ packages }: Report): ReadonlyMap<string, Places> {
  const byPurl = new Map<string, [ReportPackage, ...ReportPackage[]]>()
  for (const entry of packages) {
    const places = byPurl.get(entry.purl)
    if (places) places.push(entry)
    else byPurl.set(entry.purl, [entry])
  }
  return byPurl
}

function where(places: Places | undefined): string {
  if (!places) return ''
  const [{ layer, path }, ...others] = places
  const more = others.length > 0 ? ` and ${plural(others.length, 'other place')}` : ''
  return `layer ${layer} ${path}${more}`
}

function gapsList({ coverage }: Report, paint: Paint): string {
  const gaps = coverage.filter(isGap)
  if (gaps.length === 0) return ''
  return `${paint('bold', 'Not understood')}\n${gaps.map((gap) => `  - ${safeText(gapText(gap))}\n`).join('')}`
}

/** `3 findings: 1 critical, 2 high; 2 with a fix; 1 suppressed`. */
function summary(open: readonly ReportFinding[], suppressed: readonly ReportFinding[]): string {
  const hidden = suppressed.length > 0 ? `; ${grouped(suppressed.length)} suppressed` : ''
  if (open.length === 0) return `no open findings${hidden}`
  const bySeverity = severityOrder
    .map((severity) => [severity, open.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${grouped(count)} ${severity}`)
  const fixable = open.filter(({ fixed }) => fixed !== null).length
  return `${plural(open.length, 'finding')}: ${bySeverity.join(', ')}; ${grouped(fixable)} with a fix${hidden}`
}

/** Whose findings they are, where that is known. */
function origins({ image }: Report, open: readonly ReportFinding[]): string {
  if (!image.base || open.length === 0) return ''
  const fromBase = open.filter((finding) => finding.fromBase).length
  return `${grouped(fromBase)} from the base, ${grouped(open.length - fromBase)} ours\n`
}

function renderVerdict(report: Report, open: readonly ReportFinding[], paint: Paint): string {
  const { outcome, policy, reasons } = report.verdict
  const why = reasons.map(({ rule, message }) => `  - ${safeText(`${message} (${rule})`)}\n`).join('')
  const next = nextStep(report, open)
  return `${verdictWord(outcome, paint)} by policy ${safeText(policy)}\n${why}${next === '' ? '' : `Next: ${safeText(next)}\n`}`
}

export function verdictWord(outcome: Outcome, paint: Paint): string {
  return paint(outcomeStyles[outcome], outcome.toUpperCase())
}

function worstFirst(a: ReportFinding, b: ReportFinding): number {
  return (
    severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
    (b.score ?? -1) - (a.score ?? -1) ||
    a.vulnerability.localeCompare(b.vulnerability, 'en', { numeric: true }) ||
    a.package.localeCompare(b.package, 'en')
  )
}
