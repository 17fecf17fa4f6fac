/** What became of an advisory (or of a vulnerability's fix), as far as it changed a finding. */
export type AdvisoryChange = 'added' | 'changed' | 'withdrawn' | 'removed' | 'fixed'

/** Why a verdict changed without a scan, in a line: `advisory CVE-2024-1 added`, `fix released for CVE-2024-1`. */
export function causeText(change: AdvisoryChange, vulnerability: string): string {
  return change === 'fixed' ? `fix released for ${vulnerability}` : `advisory ${vulnerability} ${change}`
}
