import type { Report, ReportFinding } from '../../core/report/report.ts'
import { listed, plural } from './quantities.ts'

/** Packages named in the hint; the table has them all. */
const maxNames = 5

/** What to do about the verdict, in a sentence; empty where there is nothing to do. */
export function nextStep(
  { verdict, checkedAgainst, packages, coverage }: Report,
  open: readonly ReportFinding[],
): string {
  if (verdict.outcome === 'inconclusive') {
    if (checkedAgainst.snapshot === 'none')
      return 'give it vulnerability data, by `tallyman feed sync` or `--feed DIR`.'
    const gaps = coverage.filter(({ status }) => status !== 'done').length
    return `look at ${gaps === 1 ? 'the entry' : 'the entries'} under "Not understood"; the policy's onIncomplete decides about them.`
  }
  if (verdict.outcome === 'pass') return ''
  const names = new Map(packages.map(({ purl, source, name }) => [purl, source?.name ?? name]))
  const fixable = open
    .filter(({ fixed }) => fixed !== null)
    .map((finding) => names.get(finding.package) ?? finding.package)
  if (fixable.length === 0) {
    return open.length === 0 ? '' : 'no fix is known yet: remove what is not needed, or decide about it in the policy.'
  }
  const unique = [...new Set(fixable)]
  const named = unique.slice(0, maxNames)
  const rest = unique.length - named.length
  const all = rest > 0 ? [...named, plural(rest, 'other')] : named
  return `update ${listed(all)} to the fixed versions, rebuild and push.`
}
