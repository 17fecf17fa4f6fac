import type { Page, PageRequest } from '../adapters/store/records.ts'
import { TallymanError } from '../errors.ts'

/** A page of a list that is in memory as a whole (a report's parts). The cursor is the position, made opaque. */
export function pageOfArray<T>(items: readonly T[], { limit, cursor }: PageRequest): Page<T> {
  const start = cursor === undefined ? 0 : position(cursor)
  const end = start + limit
  return {
    items: items.slice(start, end),
    next: end < items.length ? Buffer.from(`at ${end}`).toString('base64url') : null,
  }
}

function position(cursor: string): number {
  const at = /^at (?<position>\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.groups?.['position']
  if (at === undefined)
    throw new TallymanError('REQUEST_INVALID', 'query parameter "cursor" is not the `next` of a page')
  return Number(at)
}
