import { createHash } from 'node:crypto'
import { exceptionCause } from '../../core/policy/cause.ts'
import type { Exception } from '../../core/policy/exception.ts'
import type { ReadyException } from '../../core/policy/rules.ts'

/** An exception as verdicts were last judged by it. */
export interface StandingException {
  readonly id: string
  /** Left out where the former version wrote it, which did not tell them apart. */
  readonly by?: Exception['by']
  readonly key: string | null
  /** Fingerprint of all of it. */
  readonly hash: string
  /** It says something of images beside their findings. */
  readonly broad: boolean
}

export function standingException({ exception, key }: ReadyException): StandingException {
  const hash = createHash('sha256').update(JSON.stringify(exception)).digest('hex').slice(0, 16)
  return {
    id: exception.id,
    by: exception.by,
    key,
    hash,
    broad: exception.checks.length + exception.secrets.length > 0,
  }
}

/** What a change that it made is told as. */
export function standingCause({ id, by = 'exception' }: Pick<StandingException, 'id' | 'by'>): string {
  return exceptionCause({ id, by })
}

/** Those that came, went or became another, as they are and as they were. */
export function changedExceptions(
  before: readonly StandingException[],
  after: readonly StandingException[],
): readonly StandingException[] {
  const same = (all: readonly StandingException[], one: StandingException): boolean =>
    all.some(({ id, hash }) => id === one.id && hash === one.hash)
  return [...before.filter((one) => !same(after, one)), ...after.filter((one) => !same(before, one))]
}
