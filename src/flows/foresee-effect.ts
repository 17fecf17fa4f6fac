import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FeedEffect } from '../adapters/store/feed-records.ts'
import type { PackageRecord } from '../adapters/store/records.ts'
import type { FeedTransaction, Store } from '../adapters/store/store.ts'
import type { Advisory } from '../core/match/advisory.ts'
import { findMatches } from '../core/match/find.ts'
import { lookupKeys } from '../core/match/lookup.ts'

/** Package versions that are looked at, and of these those that are matched: a second or two on the largest stores. */
const MAX_LOOKED_AT = 20_000
const MAX_MATCHED = 2_000
const BATCH = 500

/**
 * What adopting the transaction would open and close in the stored packages: those that the change names are matched
 * against the state in force and against the new one, and nothing is written.
 */
export async function foreseeEffect(
  transaction: Pick<FeedTransaction, 'number' | 'touched'>,
  store: Pick<Store, 'packages' | 'feeds'>,
  signal: AbortSignal,
): Promise<FeedEffect> {
  const touched = new Set(await transaction.touched())
  const effect = { packages: 0, opened: 0, closed: 0, partial: false }
  let looked = 0
  for (let after = 0; touched.size > 0;) {
    signal.throwIfAborted()
    const packages = await store.packages.unmatched('all', transaction.number, after, BATCH)
    const last = packages.at(-1)
    if (!last) break
    if (looked >= MAX_LOOKED_AT || effect.packages >= MAX_MATCHED) return { ...effect, partial: true }
    looked += packages.length
    after = last.id

    const concerned = packages.filter((record) => lookupKeys(record).some((key) => touched.has(key)))
    const before = await vulnerabilitiesOf(concerned, store, transaction.number - 1)
    const then = await vulnerabilitiesOf(concerned, store, transaction.number)
    for (const { id } of concerned) {
      effect.packages++
      effect.opened += countMissing(then.get(id)!, before.get(id)!)
      effect.closed += countMissing(before.get(id)!, then.get(id)!)
    }
    await nextTurn()
  }
  return effect
}

/** How many of `some` are not in `others`. */
const countMissing = (some: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  [...some].filter((each) => !others.has(each)).length

async function vulnerabilitiesOf(
  packages: readonly PackageRecord[],
  store: Pick<Store, 'feeds'>,
  snapshot: number,
): Promise<Map<number, Set<string>>> {
  const naming = await store.feeds.naming([...new Set(packages.flatMap(lookupKeys))], snapshot)
  return new Map(
    packages.map((record) => {
      const advisories = new Set<Advisory>(lookupKeys(record).flatMap((key) => naming.get(key) ?? []))
      const { matches } = findMatches(record, [...advisories])
      return [record.id, new Set(matches.map(({ vulnerability }) => vulnerability))]
    }),
  )
}
