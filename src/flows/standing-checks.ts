import type { Store } from '../adapters/store/store.ts'
import { runStandingBenchmark } from '../core/benchmark/benchmark.ts'
import type { Check } from '../core/benchmark/check.ts'
import type { StandingFacts } from '../core/benchmark/standing-facts.ts'
import type { Digest } from '../core/image/digest.ts'
import { policiesFor } from '../core/policy/judge.ts'
import type { Rules } from '../core/policy/rules.ts'
import { standingFacts } from '../core/policy/standing.ts'

const dayMs = 86_400_000

/**
 * What the benchmark says of an image at a time (RFC 3339), beside what its scan found: of its tags, base, age, fixes and
 * signatures. `isMatched`: whether a feed was read. Nothing for an image that is not stored.
 */
export async function standingChecks(
  digest: Digest,
  now: string,
  {
    store,
    rules,
    isMatched,
  }: { readonly store: Pick<Store, 'images'>; readonly rules: Rules; readonly isMatched: boolean },
): Promise<readonly Check[]> {
  const image = await store.images.facts(digest)
  if (!image) return []
  const found = isMatched ? fixable((await store.images.asked(digest)).findings, now) : null
  return runStandingBenchmark(standingFacts(image, policiesFor(rules, image), found, now))
}

type Asked = Awaited<ReturnType<Store['images']['asked']>>['findings']

function fixable(findings: Asked, now: string): StandingFacts['fixable'] {
  const fixed = findings.filter(({ finding }) => finding.fixed !== null)
  const days = fixed.flatMap(({ finding: { fixedSince } }) =>
    fixedSince === null ? [] : [(Date.parse(now) - Date.parse(fixedSince)) / dayMs],
  )
  return { findings: fixed.length, oldestFixDays: days.length > 0 ? Math.max(...days) : null }
}
