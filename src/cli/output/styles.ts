import type { Severity } from '../../core/match/advisory.ts'
import type { Outcome } from '../../core/policy/policy.ts'
import type { Style } from '../io.ts'

export const outcomeStyles: Readonly<Record<Outcome, Style>> = {
  pass: 'green',
  warn: 'yellow',
  fail: 'red',
  inconclusive: 'yellow',
}

export const severityStyles: Readonly<Record<Severity, Style | undefined>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: undefined,
  negligible: 'dim',
  unknown: undefined,
}
