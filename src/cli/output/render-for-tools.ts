import { junitOf } from '../../core/report/junit.ts'
import type { Unscanned } from '../../core/report/platforms.ts'
import type { IndexReport, Report } from '../../core/report/report.ts'
import { sarifOf } from '../../core/report/sarif.ts'
import { json } from './json.ts'

/** A report in a format that other programs have agreed on. `unscanned`: platforms that it cannot speak of. */
export function renderForTools(
  format: 'sarif' | 'junit',
  report: Report | IndexReport,
  unscanned: readonly Unscanned[] = [],
): string {
  return format === 'sarif' ? json(sarifOf(report, unscanned)) : junitOf(report, unscanned)
}
