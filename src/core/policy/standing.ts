import { runStandingBenchmark } from '../benchmark/benchmark.ts'
import type { CheckLevel } from '../benchmark/check.ts'
import { standingRules } from '../benchmark/rules.ts'
import { maxImageDays } from '../benchmark/rules/image-age.ts'
import { latestTag } from '../benchmark/rules/latest-tag.ts'
import { fixGraceDays, rebuiltWithFixes } from '../benchmark/rules/rebuilt-with-fixes.ts'
import { trustedBase } from '../benchmark/rules/trusted-base.ts'
import type { StandingFacts } from '../benchmark/standing-facts.ts'
import { checkFits } from './check-fits.ts'
import type { Bench } from './evidence.ts'
import type { ImageFacts, JudgedCheck } from './image-facts.ts'
import { anyPattern } from './pattern.ts'
import type { FindingConditions, Policy } from './policy.ts'
import type { ReadyPolicy } from './rules.ts'
import { isBuiltOn } from './scope.ts'

const dayMs = 86_400_000

/** What the benchmark is told of an image at a time, beside its content. */
export function standingFacts(
  image: ImageFacts,
  policies: readonly Pick<ReadyPolicy, 'policy'>[],
  fixable: StandingFacts['fixable'],
  now: string,
): StandingFacts {
  return {
    now,
    created: image.created,
    tags: [...new Set(image.places.flatMap(({ tags }) => tags))],
    base: image.base,
    isTrusted: isTrusted(image, policies),
    fixable,
    signatures: image.signatures,
  }
}

/** By the lists of all policies that hold for the image. */
function isTrusted(image: ImageFacts, policies: readonly Pick<ReadyPolicy, 'policy'>[]): boolean | null {
  const lists = policies.flatMap(({ policy }) => policy.base.flatMap(({ allow }) => (allow ? [allow] : [])))
  return lists.length > 0 ? lists.every((allow) => isBuiltOn(image, anyPattern(allow))) : null
}

/** Which of the checks that are made anew each time rules are about: the others need not be made to judge. */
export interface AskedStanding {
  readonly any: boolean
  readonly tags: boolean
  readonly base: boolean
  readonly fixes: boolean
}

export function askedStanding(policies: readonly Policy[]): AskedStanding {
  const fits = policies.flatMap(({ checks }) => checks.map(checkFits))
  const isAsked = (check: { readonly id: string; readonly level: CheckLevel }): boolean =>
    fits.some((fit) => fit(check))
  return {
    any: standingRules.some(isAsked),
    tags: isAsked(latestTag),
    base: isAsked(trustedBase),
    fixes: isAsked(rebuiltWithFixes),
  }
}

/** What is asked of findings for the check of fixes that came out. */
export const oldFix: FindingConditions = { fixDays: fixGraceDays }

/** Those of the image that do not pass now. `oldFixes`: how many findings have had a fix for longer than the benchmark allows. */
export function standingChecks(
  image: ImageFacts,
  { policies, nowMs, changesAt }: Bench,
  fixable: { readonly findings: number; readonly old: number; readonly isMatched: boolean },
): readonly JudgedCheck[] {
  const oldestFixDays = fixable.old > 0 ? fixGraceDays + 1 : 0
  const found = fixable.isMatched ? { findings: fixable.findings, oldestFixDays } : null
  const checks = runStandingBenchmark(standingFacts(image, policies, found, new Date(nowMs).toISOString()))
  if (image.created !== null) changesAt(tooOldAt(image.created))
  return checks.flatMap(({ id, level, status }) =>
    status === 'fail' || status === 'undecidable' ? [{ id, level, status, layer: null }] : [],
  )
}

/** When its age begins to be a fault. */
function tooOldAt(created: string): string | null {
  const at = Date.parse(created) + (maxImageDays + 1) * dayMs
  return Number.isNaN(at) || at > maxTime ? null : new Date(at).toISOString()
}

/** Later ones have six digits of a year, and do not compare as texts. */
const maxTime = Date.parse('9999-12-31T00:00:00Z')
