/** OSV changes many times a day: advisories that were fetched longer ago miss what was published since. Seconds. */
export const staleAfterSeconds = 24 * 60 * 60

/** Whether what was fetched then (RFC 3339) is older than allowed. */
export function isStale(fetched: string, now: Date, afterSeconds: number = staleAfterSeconds): boolean {
  return now.getTime() - Date.parse(fetched) > afterSeconds * 1_000
}
