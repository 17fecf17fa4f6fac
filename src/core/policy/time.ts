/** The last time that is written with a year of four digits: later ones do not sort as text, and the last have none. */
const lastMs = Date.parse('9999-12-31T23:59:59.999Z')

/** A time as RFC 3339 in UTC; null, which is never, beyond the year 9999: a hostile date must not come due again and again. */
export function timeAt(ms: number): string | null {
  return ms <= lastMs ? new Date(ms).toISOString() : null
}
