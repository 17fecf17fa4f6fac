import type { Exception } from './exception.ts'

/** `pending`: it waits for its approval or its first day. */
export type ExceptionState = 'pending' | 'active' | 'ended'

/** What an exception is at a time; `endedAt`: when somebody ended it. Times compare as texts: all are in UTC. */
export function exceptionState(
  { from, until, approvedBy }: Pick<Exception, 'from' | 'until' | 'approvedBy'>,
  endedAt: string | null,
  at: string,
): ExceptionState {
  if ((endedAt !== null && endedAt <= at) || (until !== null && until <= at)) return 'ended'
  return approvedBy === null || from > at ? 'pending' : 'active'
}
