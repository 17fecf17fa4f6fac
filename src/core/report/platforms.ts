import type { Digest } from '../image/digest.ts'
import type { IndexReport, Report } from './report.ts'

/** A platform of an index that has no verdict yet, and so no report. */
export interface Unscanned {
  readonly platform: string
  readonly digest: Digest
}

/** One for each platform. */
export function reportsOf(report: Report | IndexReport): readonly Report[] {
  return report.schema === 'tallyman.report/v1' ? [report] : report.images
}

export function unscannedText({ platform, digest }: Unscanned): string {
  return `${platform} (${digest}) has no verdict yet`
}
