import type { Evidence } from './evidence.ts'
import type { Exception } from './exception.ts'
import { exceptionsConcerning } from './judge.ts'
import type { Rules } from './rules.ts'

/** What became of an advisory (or of a vulnerability's fix), as far as it changed a finding. */
export type AdvisoryChange = 'added' | 'changed' | 'withdrawn' | 'removed' | 'fixed'

/** Why a verdict changed without a scan, in a line: `advisory CVE-2024-1 added`, `fix released for CVE-2024-1`. */
export function causeText(change: AdvisoryChange, vulnerability: string): string {
  return change === 'fixed' ? `fix released for ${vulnerability}` : `advisory ${vulnerability} ${change}`
}

/** Of what an exception or a VEX statement changed: `exception openssl-1`, `vex acme-2026-7`. */
export function exceptionCause({ by, id }: Pick<Exception, 'by' | 'id'>): string {
  return `${by} ${id}`
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
    if (within(exception.until)) return `${exceptionCause(exception)} ended`
    if (within(exception.from)) return `${exceptionCause(exception)} began`
  }
  return timeCause
}
