import type { Digest } from '../../core/image/digest.ts'
import type { Report } from '../../core/report/report.ts'
import type { VerdictAnswer } from '../../flows/answer-verdict.ts'
import { ago, plural } from './quantities.ts'
import { renderReport, verdictText, verdictWord, type ReportView } from './report-table.ts'
import { safeText } from './safe-text.ts'
import { outcomeStyles } from './styles.ts'

/**
 * A server's answer for people: the verdict of each platform with its reasons, since when it holds and why, and what is missing.
 * With `reports`, the whole report of each that has one.
 */
export function renderVerdict(
  answer: VerdictAnswer,
  reports: ReadonlyMap<Digest, Report> | null,
  view: ReportView,
): string {
  const { now, paint } = view
  const { tagObservedAt, digest } = answer
  const seen = tagObservedAt === null ? '' : `${safeText(answer.image)} was ${digest} ${ago(tagObservedAt, now)}\n\n`
  const images = answer.images.map((image) => {
    const { digest, platform, verdict } = image
    const name = safeText(`${platform} (${digest})`)
    if (!verdict) return `${name} has no verdict yet\n`
    const report = reports?.get(digest)
    const text = report ? renderReport(report, view) : `${paint('bold', name)}\n${verdictText(verdict, paint)}`
    const { decidedAt, cause, checkedAt } = verdict
    const since = safeText(`decided ${ago(decidedAt, now)} (${cause}), checked ${ago(checkedAt, now)}`)
    return `${text}${since}\n`
  })
  return seen + images.join('\n') + (answer.images.length > 1 ? overall(answer, view) : '')
}

function overall({ outcome, policy, images }: VerdictAnswer, { paint }: ReportView): string {
  const lines = images.map(({ platform, verdict }) => {
    const word = verdict ? paint(outcomeStyles[verdict.outcome], verdict.outcome) : 'no verdict yet'
    return `  - ${safeText(platform)}: ${word}\n`
  })
  const title = `${verdictWord(outcome, paint)} by policy ${safeText(policy)}: the worst of ${plural(images.length, 'platform')}`
  return `\n${title}\n${lines.join('')}`
}
