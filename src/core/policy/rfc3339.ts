const form = /^(?<date>\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?$/

/** The moment that a date (its first, UTC) or an RFC 3339 time says, as a full UTC time; undefined if it says none. */
export function momentOf(text: string): string | undefined {
  const date = form.exec(text)?.groups?.['date']
  if (date === undefined) return undefined
  // JavaScript takes February 30 for March 2.
  const midnight = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return undefined
  const moment = new Date(text)
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}
