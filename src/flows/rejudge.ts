import type { Snapshot } from '../adapters/store/records.ts'
import type { DueImage, FormerVerdict, Rejudged } from '../adapters/store/reevaluation-records.ts'
import type { CoverageEntry } from '../core/inventory/package.ts'
import { feedCoverage } from '../core/match/feed-coverage.ts'
import { periodCause, timeCause } from '../core/policy/cause.ts'
import type { Evidence } from '../core/policy/evidence.ts'
import { judge, type Judgement } from '../core/policy/judge.ts'
import type { Verdict } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
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
): Rejudged | undefined {
  const { digest, former } = image
  const { snapshot, now } = bench
  const coverage = [...lifetime, ...feedCoverage(image.contents, snapshot?.feeds, image.uncomparable)]
  const evidence = evidenceOf(image, coverage, bench)
  const { verdict, counts, until } = judge(bench.rules, evidence, now)
  const same = former !== undefined && decides(former, verdict)
  if (same && former.until === until && former.counts === JSON.stringify(counts)) return undefined
  const isTime = former && image.cause === timeCause
  const cause = isTime ? periodCause(bench.rules, evidence, former.checkedAt, now) : image.cause
  return {
    evidence,
    verdict: {
      ...verdict,
      digest,
      counts,
      coverage,
      snapshot: snapshot?.number ?? null,
      cause: same ? former.cause : former ? cause : 'first scan',
      decidedAt: same ? former.decidedAt : now,
      checkedAt: now,
      until,
    },
  }
}

/** The judgement alone, whatever the former one was. */
export function judgeDue(image: JudgedImage, coverage: readonly CoverageEntry[], bench: RejudgeBench): Judgement {
  return judge(bench.rules, evidenceOf(image, coverage, bench), bench.now)
}

type JudgedImage = Pick<DueImage, 'facts' | 'evidence' | 'coverage'>

function evidenceOf(
  image: JudgedImage,
  coverage: readonly CoverageEntry[],
  { rules, snapshot, now }: RejudgeBench,
): Evidence {
  const all = 'asked' in image.evidence ? tallyOfAsked(rules, image.evidence.asked, now) : image.evidence.tally
  const tally = snapshot ? all : all.filter((entry) => entry.class.kind === 'package')
  return { image: image.facts, tally, coverage: [...image.coverage, ...coverage], feeds: snapshot?.feeds ?? [] }
}

/** By the text of the reasons: parsing and comparing them for every image would take longer than judging it. */
function decides(former: FormerVerdict, { outcome, policy, reasons }: Verdict): boolean {
  return former.outcome === outcome && former.policy === policy && former.reasons === JSON.stringify(reasons)
}
