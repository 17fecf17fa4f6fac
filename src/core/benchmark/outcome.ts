import type { Check, CheckEvidence } from './check.ts'

export type Outcome = Pick<Check, 'status' | 'evidence'>

export const passed: Outcome = { status: 'pass', evidence: [] }

/** `why` in one line. */
export function undecidable(why: string): Outcome {
  return { status: 'undecidable', evidence: [evidence(why)] }
}

export function notApplicable(why: string): Outcome {
  return { status: 'not-applicable', evidence: [evidence(why)] }
}

/** What was found fails; where nothing was, what could not be looked at makes it undecidable. */
export function decide(found: readonly CheckEvidence[], unknown: readonly CheckEvidence[] = []): Outcome {
  if (found.length > 0) return { status: 'fail', evidence: found }
  return unknown.length > 0 ? { status: 'undecidable', evidence: unknown } : passed
}

/** Without a layer it speaks of the config as a whole. */
export function evidence(text: string, layer: number | null = null): CheckEvidence {
  return { text, layer }
}
