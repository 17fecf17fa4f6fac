import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MatchedPackage, PackageRecord, Snapshot } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Advisory } from '../core/match/advisory.ts'
import { findMatches } from '../core/match/find.ts'
import { lookupKeys } from '../core/match/lookup.ts'
import { ratingIds, withRatings } from '../core/match/rate.ts'
import type { Rules } from '../core/policy/rules.ts'

export interface MatchDeps {
  readonly store: Pick<Store, 'packages' | 'feeds'>
  readonly rules: () => Promise<Rules>
  readonly now: () => Date
}

/** Packages that are looked up and written at once: some images' worth, in some 20 ms. */
const BATCH = 1_000

/**
 * Matches packages of an image, or all of the store, that were not yet matched against the snapshot, and returns how many.
 * Safe to repeat and to interrupt: every batch is marked as it is written. `before`: those that were not matched against
 * this snapshot; 1 for those that never were, the next one's number for all.
 */
export async function matchPackages(
  of: { readonly image: Digest } | 'all',
  snapshot: Pick<Snapshot, 'number'>,
  deps: MatchDeps,
  signal: AbortSignal,
  before = snapshot.number,
): Promise<number> {
  let matched = 0
  let after = 0
  for (;;) {
    signal.throwIfAborted()
    const packages = await deps.store.packages.unmatched(of, before, after, BATCH)
    const last = packages.at(-1)
    if (!last) return matched
    await matchBatch(packages, snapshot, deps)
    matched += packages.length
    after = last.id
    await nextTurn()
  }
}

/** Matches these packages, whatever they were matched against before. */
export async function matchBatch(
  packages: readonly PackageRecord[],
  snapshot: Pick<Snapshot, 'number'>,
  { store, rules, now }: MatchDeps,
): Promise<void> {
  const matches = await matchesOf(packages, store)
  await store.packages.saveMatches(snapshot.number, matches, now().toISOString(), await rules())
}

/** Held against the advisories in force, or against those of another snapshot; writes nothing. */
export async function matchesOf(
  packages: readonly PackageRecord[],
  store: Pick<Store, 'feeds'>,
  at?: number,
): Promise<MatchedPackage[]> {
  const keys = new Map(packages.map((record) => [record.id, lookupKeys(record)]))
  const naming = await store.feeds.naming([...new Set([...keys.values()].flat())], at)
  const results = packages.map((record) => {
    const advisories = new Set<Advisory>(keys.get(record.id)!.flatMap((key) => naming.get(key) ?? []))
    return { packageId: record.id, result: findMatches(record, [...advisories]) }
  })
  const rating = await store.feeds.rating(
    [...new Set(results.flatMap(({ result }) => result.matches.flatMap(ratingIds)))],
    at,
  )
  return results.map(({ packageId, result }) => ({
    packageId,
    result: { ...result, matches: result.matches.map((match) => withRatings(match, rating)) },
  }))
}
