import type { Snapshot, VerdictRecord } from '../adapters/store/records.ts'
import type { DueImage, FormerVerdict } from '../adapters/store/reevaluation-records.ts'
import type { CoverageEntry } from '../core/inventory/package.ts'
import { feedCoverage } from '../core/match/feed-coverage.ts'
import { periodCause, timeCause } from '../core/policy/cause.ts'
import { judge, type Judgement } from '../core/policy/judge.ts'
import type { Verdict } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import type { Tally } from '../core/policy/tally.ts'
import { tallyOfAsked } from './judge-image.ts'

export interface RejudgeBench {
  readonly rules: Rules
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
  bench: RejudgeBench,
): VerdictRecord | undefined {
  const { digest, former } = image
  const { snapshot, now } = bench
  const coverage = [...lifetime, ...feedCoverage(image.contents, snapshot?.feeds, image.uncomparable)]
  const { verdict, counts, until } = judgeDue(image, coverage, bench)
  const same = former !== undefined && decides(former, verdict)
  if (same && former.until === until && former.counts === JSON.stringify(counts)) return undefined
  return {
    ...verdict,
    digest,
    counts,
    coverage,
    snapshot: snapshot?.number ?? null,
    cause: same ? former.cause : former ? causeFor(image, former, bench) : 'first scan',
    decidedAt: same ? former.decidedAt : now,
    checkedAt: now,
    until,
  }
}

/** The judgement alone, whatever the former one was. */
export function judgeDue(
  image: Pick<DueImage, 'facts' | 'evidence' | 'coverage'>,
  coverage: readonly CoverageEntry[],
  { rules, snapshot, now }: RejudgeBench,
): Judgement {
  const all = 'asked' in image.evidence ? tallyOfAsked(rules, image.evidence.asked, now) : image.evidence.tally
  const tally: Tally = snapshot ? all : all.filter((entry) => entry.class.kind === 'package')
  const evidence = {
    image: image.facts,
    tally,
    coverage: [...image.coverage, ...coverage],
    feeds: snapshot?.feeds ?? [],
  }
  return judge(rules, evidence, now)
}

function causeFor({ cause, facts }: DueImage, former: FormerVerdict, { rules, now }: RejudgeBench): string {
  return cause === timeCause ? periodCause(rules, facts, former.checkedAt, now) : cause
}

/** By the text of the reasons: parsing and comparing them for every image would take longer than judging it. */
function decides(former: FormerVerdict, { outcome, policy, reasons }: Verdict): boolean {
  return former.outcome === outcome && former.policy === policy && former.reasons === JSON.stringify(reasons)
}
