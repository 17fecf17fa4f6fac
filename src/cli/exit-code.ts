import type { Outcome } from '../core/policy/policy.ts'

/** A contract: scripts branch on these. */
export const exitCodes = {
  /** `pass` and `warn`; for other commands: done. */
  ok: 0,
  /** `fail`; for `policy check` and `registry check`: something is wrong. */
  fail: 1,
  inconclusive: 2,
  /** It could not be done: a message on stderr, nothing on stdout. */
  error: 3,
  /** EX_USAGE of sysexits.h. */
  usage: 64,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export function exitCodeOf(outcome: Outcome): ExitCode {
  switch (outcome) {
    case 'pass':
    case 'warn':
      return exitCodes.ok
    case 'fail':
      return exitCodes.fail
    case 'inconclusive':
      return exitCodes.inconclusive
  }
}
