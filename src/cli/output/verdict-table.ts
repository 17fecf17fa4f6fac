import type { Digest } from '../../core/image/digest.ts'
import type { Report } from '../../core/report/report.ts'
import type { VerdictAnswer } from '../../flows/answer-verdict.ts'
import { ago, plural } from './quantities.ts'
import { renderReport, verdictWord, type ReportView } from './report-table.ts'
import { safeText } from './safe-text.ts'
import { outcomeStyles } from './styles.ts'

/** A server's answer for people: the report of each platform, since when its verdict holds and why, and what is missing. */
export function renderVerdict(answer: VerdictAnswer, reports: ReadonlyMap<Digest, Report>, view: ReportView): string {
  const { now } = view
  const { tagObservedAt, digest } = answer
  const seen = tagObservedAt === null ? '' : `${safeText(answer.image)} was ${digest} ${ago(tagObservedAt, now)}\n\n`
  const images = answer.images.map((image) => {
    const report = reports.get(image.digest)
    const { verdict } = image
    if (!report || !verdict) return `${safeText(`${image.platform} (${image.digest})`)} has no verdict yet\n`
    const { decidedAt, cause, checkedAt } = verdict
    const since = safeText(`decided ${ago(decidedAt, now)} (${cause}), checked ${ago(checkedAt, now)}`)
    return `${renderReport(report, view)}${since}\n`
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
