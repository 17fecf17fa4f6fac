import type { CoverageEntry } from '../inventory/package.ts'
import type { ReportCheck } from './report.ts'

/** Whether something was not understood. */
export function isGap({ status }: CoverageEntry): boolean {
  return status !== 'done'
}

/** `layer 2, skipped (LAYER_TOO_LARGE: 3 GB)`. */
export function gapText({ subject, status, reason, detail }: CoverageEntry): string {
  const why = [reason, detail].filter((part) => part !== undefined).join(': ')
  return `${subject}, ${status}${why === '' ? '' : ` (${why})`}`
}

/** `CIS-DI-0005 Enable content trust cannot be told from the image: the registry decides it`. */
export function undecidableText({ id, title, evidence }: ReportCheck): string {
  return `${id} ${title} cannot be told from the image${evidence.length === 0 ? '' : `: ${evidence.join('; ')}`}`
}
