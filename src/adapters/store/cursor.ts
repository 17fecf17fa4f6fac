import { TallymanError } from '../../errors.ts'
import type { Page, PageRequest } from './records.ts'

const maxLimit = 1_000

type Position = readonly (string | number)[]

/**
 * Keyset paging: a cursor holds the last row's sort key, so a page costs the same wherever it lies and no row is skipped
 * or shown twice while others are inserted.
 */
export interface Paging<P extends Position> {
  readonly limit: number
  /** Of the last row of the page before; undefined on the first. */
  readonly after: P | undefined
}

/** `shape` gives the list's name and an example of its position; REQUEST_INVALID for a cursor of another list. */
export function paging<P extends Position>(list: string, shape: P, page: PageRequest): Paging<P> {
  if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > maxLimit) {
    throw new TallymanError('REQUEST_INVALID', `limit must be a whole number from 1 to ${maxLimit}`)
  }
  return { limit: page.limit, after: page.cursor === undefined ? undefined : decode(list, shape, page.cursor) }
}

/** `rows` are up to limit + 1: the last one only says that there is a next page. */
export function pageOf<R>(list: string, rows: readonly R[], limit: number, positionOf: (row: R) => Position): Page<R> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = rows.length > limit && last !== undefined ? encode(list, positionOf(last)) : null
  return { items, next }
}

function encode(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url')
}

function decode<P extends Position>(list: string, shape: P, cursor: string): P {
  const parts = parsed(cursor)
  const fits =
    Array.isArray(parts) &&
    parts[0] === list &&
    parts.length === shape.length + 1 &&
    shape.every((example, index) => typeof example === typeof parts[index + 1])
  if (!fits) throw new TallymanError('REQUEST_INVALID', 'cursor is not one that this list gave; ask for the first page')
  return parts.slice(1) as unknown as P
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
