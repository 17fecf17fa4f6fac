import type { Snapshot, VerdictRecord } from '../adapters/store/records.ts'
import type { DueImage } from '../adapters/store/reevaluation-records.ts'
import type { CoverageEntry } from '../core/inventory/package.ts'
import { feedCoverage } from '../core/match/feed-coverage.ts'
import { countFindings } from '../core/policy/counts.ts'
import { judge, judgeTally } from '../core/policy/judge.ts'
import type { FindingCounts, Policy, Verdict } from '../core/policy/policy.ts'
import { countsOf } from '../core/policy/tally.ts'
import { sameDecision } from './judge-image.ts'

export interface Bench {
  readonly policy: Policy
  readonly snapshot: Snapshot | undefined
  /** RFC 3339. */
  readonly now: string
}

/**
 * The image's verdict from what is counted of it, as `judgeImage` finds it from its findings; undefined where nothing but the
 * time of checking would be another. `lifetime`: what coverage says of its distribution.
 */
export function rejudge(
  image: DueImage,
  lifetime: readonly CoverageEntry[],
  { policy, snapshot, now }: Bench,
): VerdictRecord | undefined {
  const { digest, former, cause } = image
  const coverage = [...lifetime, ...feedCoverage(image.contents, snapshot?.feeds, image.uncomparable)]
  const { verdict, counts } = decide(policy, snapshot ? image.evidence : { tally: [] }, [
    ...image.coverage,
    ...coverage,
  ])
  const same = former !== undefined && sameDecision(former, verdict)
  if (same && sameCounts(former.counts, counts)) return undefined
  return {
    ...verdict,
    digest,
    counts,
    coverage,
    snapshot: snapshot?.number ?? null,
    cause: same ? former.cause : former ? cause : 'first scan',
    decidedAt: same ? former.decidedAt : now,
    checkedAt: now,
  }
}

function decide(
  policy: Policy,
  evidence: DueImage['evidence'],
  coverage: readonly CoverageEntry[],
): { readonly verdict: Verdict; readonly counts: FindingCounts } {
  if ('findings' in evidence) {
    return {
      verdict: judge(policy, { findings: evidence.findings, coverage }),
      counts: countFindings(evidence.findings),
    }
  }
  return { verdict: judgeTally(policy, evidence.tally, coverage), counts: countsOf(evidence.tally) }
}

function sameCounts(a: FindingCounts, b: FindingCounts): boolean {
  return (Object.keys(a) as (keyof FindingCounts)[]).every((name) => a[name] === b[name])
}
