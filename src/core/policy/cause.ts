import type { Evidence } from './evidence.ts'
import { exceptionsConcerning } from './judge.ts'
import type { Rules } from './rules.ts'

/** What became of an advisory (or of a vulnerability's fix), as far as it changed a finding. */
export type AdvisoryChange = 'added' | 'changed' | 'withdrawn' | 'removed' | 'fixed'

/** Why a verdict changed without a scan, in a line: `advisory CVE-2024-1 added`, `fix released for CVE-2024-1`. */
export function causeText(change: AdvisoryChange, vulnerability: string): string {
  return change === 'fixed' ? `fix released for ${vulnerability}` : `advisory ${vulnerability} ${change}`
}

/** A cause that `periodCause` puts into words: which period it was depends on the image. */
export const timeCause = 'a period ran out'

/** What time alone changed of an image since it was last judged. */
export function periodCause(
  rules: Rules,
  evidence: Pick<Evidence, 'image' | 'tally'>,
  since: string,
  now: string,
): string {
  const within = (time: string | null): boolean => time !== null && time > since && time <= now
  for (const { exception } of exceptionsConcerning(rules, evidence)) {
    if (within(exception.until)) return `exception ${exception.id} ended`
    if (within(exception.from)) return `exception ${exception.id} began`
  }
  return timeCause
}
