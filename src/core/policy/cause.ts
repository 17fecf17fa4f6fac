/** What became of an advisory (or of a vulnerability's fix), as far as it changed a finding. */
export type AdvisoryChange = 'added' | 'changed' | 'withdrawn' | 'removed' | 'fixed'

/** Why a verdict changed without a scan, in a line: `advisory CVE-2024-1 added`, `fix released for CVE-2024-1`. */
export function causeText(change: AdvisoryChange, vulnerability: string): string {
  return change === 'fixed' ? `fix released for ${vulnerability}` : `advisory ${vulnerability} ${change}`
}

/** What `causeText` was made of; undefined for every other cause. */
export function parseCause(
  cause: string,
): { readonly change: AdvisoryChange; readonly vulnerability: string } | undefined {
  const fix = /^fix released for (?<vulnerability>.+)$/s.exec(cause)?.groups
  if (fix) return { change: 'fixed', vulnerability: fix['vulnerability']! }
  const found = /^advisory (?<vulnerability>.+) (?<change>added|changed|withdrawn|removed)$/s.exec(cause)?.groups
  return found && { change: found['change'] as AdvisoryChange, vulnerability: found['vulnerability']! }
}
