import type { Store } from '../adapters/store/store.ts'
import { runStandingBenchmark } from '../core/benchmark/benchmark.ts'
import type { Check } from '../core/benchmark/check.ts'
import type { StandingFacts } from '../core/benchmark/standing-facts.ts'
import type { Digest } from '../core/image/digest.ts'
import type { ImageFacts } from '../core/policy/image-facts.ts'
import { policiesFor } from '../core/policy/judge.ts'
import { anyPattern } from '../core/policy/pattern.ts'
import type { Rules } from '../core/policy/rules.ts'
import { isBuiltOn } from '../core/policy/scope.ts'

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
  return runStandingBenchmark({
    now,
    created: image.created,
    tags: [...new Set(image.places.flatMap(({ tags }) => tags))],
    base: image.base,
    isTrusted: isTrusted(image, rules),
    fixable: isMatched ? fixable((await store.images.asked(digest)).findings, now) : null,
    signedBy: image.signatures,
  })
}

/** By the lists of all policies that hold for the image. */
function isTrusted(image: ImageFacts, rules: Rules): boolean | null {
  const lists = policiesFor(rules, image).flatMap(({ policy }) =>
    policy.base.flatMap(({ allow }) => (allow ? [allow] : [])),
  )
  return lists.length > 0 ? lists.every((allow) => isBuiltOn(image, anyPattern(allow))) : null
}

type Asked = Awaited<ReturnType<Store['images']['asked']>>['findings']

function fixable(findings: Asked, now: string): StandingFacts['fixable'] {
  const fixed = findings.filter(({ finding }) => finding.fixed !== null)
  const days = fixed.flatMap(({ finding: { fixedSince } }) =>
    fixedSince === null ? [] : [(Date.parse(now) - Date.parse(fixedSince)) / dayMs],
  )
  return { findings: fixed.length, oldestFixDays: days.length > 0 ? Math.max(...days) : null }
}
