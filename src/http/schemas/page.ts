import { Type } from '@fastify/type-provider-typebox'
import type { TOptional, TProperties, TString, TUnsafe } from '@fastify/type-provider-typebox'
import type { Page, PageRequest } from '../../adapters/store/records.ts'
import { list, nullable, shape } from './shape.ts'

const maxPageSize = 1_000
const defaultPageSize = 100

/** The query of a list: its filters, `limit` and `cursor`. Anything else is refused by name, not ignored. */
export function listQuery<T extends TProperties>(filters: T) {
  return Type.Object(
    {
      ...filters,
      limit: Type.Integer({ minimum: 1, maximum: maxPageSize, default: defaultPageSize }),
      cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, description: '`next` of the page before' })),
    },
    { additionalProperties: false },
  )
}

export function pageOf<T>(item: TUnsafe<T>): TUnsafe<Page<T>> {
  return shape<Page<T>>({ items: list(item), next: nullable('string') })
}

/** A filter's text. The limit keeps hostile queries from filling logs and query plans. */
export function filter(description: string): TOptional<TString> {
  return Type.Optional(Type.String({ minLength: 1, maxLength: 300, description }))
}

/** Splits a list's query into its filter and its page. */
export function splitQuery<Q extends { limit: number; cursor?: string }>(
  query: Q,
): { filter: Omit<Q, 'limit' | 'cursor'>; page: PageRequest } {
  const { limit, cursor, ...filter } = query
  return { filter, page: { limit, ...(cursor !== undefined && { cursor }) } }
}
