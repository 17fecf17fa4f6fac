import { type Expression, type RawBuilder, sql } from 'kysely'

/** Of what begins and ends at times: that it lasts at one of them, or now. */
export function lastingAt(
  from: Expression<string>,
  until: Expression<string | null>,
  at: string | undefined,
): RawBuilder<boolean> {
  return at === undefined
    ? sql<boolean>`${until} is null`
    : sql<boolean>`(${from} <= ${at} and (${until} is null or ${until} > ${at}))`
}
