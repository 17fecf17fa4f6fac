import { TallymanError } from '../../errors.ts'
import type { DeadJob } from './queue.ts'

export interface DeadPosition {
  /** Milliseconds. */
  readonly diedAt: number
  readonly id: string
}

export function deadCursor({ diedAt, id }: DeadJob): string {
  return `${diedAt.getTime()}.${id}`
}

/** The job after which the page begins. REQUEST_INVALID if it is not what deadCursor() wrote. */
export function readDeadCursor(cursor: string): DeadPosition {
  const { diedAt, id } = /^(?<diedAt>\d{1,15})\.(?<id>[\w-]{1,100})$/.exec(cursor)?.groups ?? {}
  if (diedAt && id) return { diedAt: Number(diedAt), id }
  throw new TallymanError('REQUEST_INVALID', 'the cursor is not one that the list of dead jobs gave: start without one')
}
