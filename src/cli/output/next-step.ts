import type { Report, ReportFinding } from '../../core/report/report.ts'
import { baseName } from './base-name.ts'
import { listed, plural } from './quantities.ts'

/** Packages named in the hint; the table has them all. */
const maxNames = 5

/** What to do about the verdict, in a sentence; empty where there is nothing to do. */
export function nextStep(
  { image, verdict, checkedAgainst, packages, coverage }: Report,
  open: readonly ReportFinding[],
): string {
  if (verdict.outcome === 'inconclusive') {
    if (checkedAgainst.snapshot === 'none')
      return 'give it vulnerability data, by `tallyman feed sync` or `--feed DIR`.'
    const gaps = coverage.filter(({ status }) => status !== 'done').length
    return `look at ${gaps === 1 ? 'the entry' : 'the entries'} under "Not understood"; the policy's incomplete decides about them.`
  }
  if (verdict.outcome === 'pass') return ''
  const names = new Map(packages.map(({ purl, source, name }) => [purl, source?.name ?? name]))
  const fixable = open.filter(({ fixed }) => fixed !== null)
  if (fixable.length === 0) {
    return open.length === 0 ? '' : 'no fix is known yet: remove what is not needed, or decide about it in the policy.'
  }
  const unique = [...new Set(fixable.map((finding) => names.get(finding.package) ?? finding.package))]
  const named = unique.slice(0, maxNames)
  const rest = unique.length - named.length
  const all = rest > 0 ? [...named, plural(rest, 'other')] : named
  if (image.base && fixable.every(({ fromBase }) => fromBase)) {
    return `rebuild on a newer base: ${listed(all)} ${unique.length === 1 ? 'comes' : 'come'} with ${baseName(image.base)}.`
  }
  return `update ${listed(all)} to the fixed versions, rebuild and push.`
}
