import type { Store } from '../adapters/store/store.ts'
import type { CoverageEntry, Distro } from '../core/inventory/package.ts'
import { announcedEnd, lifetimeKeys } from '../core/match/announced-lifetimes.ts'
import { lifetimeCoverage } from '../core/match/distro-lifetimes.ts'

/** Lines of coverage by distribution, for many images of few distributions. */
export interface Lifetimes {
  /** Undefined where the distribution was not among those asked for. */
  coverage(distro: Distro | null): readonly CoverageEntry[] | undefined
}

/** What coverage says of these distributions at a time, by the facts of a snapshot (without `at`: of the current one). */
export async function lifetimesOf(
  distros: readonly Distro[],
  now: Date,
  feeds: Pick<Store['feeds'], 'facts'>,
  at?: number,
): Promise<Lifetimes> {
  const facts = await feeds.facts('eol', [...new Set(distros.flatMap(lifetimeKeys))], at)
  const lines = new Map(
    distros.map((distro) => [keyOf(distro), lifetimeCoverage(distro, now, announcedEnd(distro, facts))]),
  )
  return { coverage: (distro) => (distro === null ? [] : lines.get(keyOf(distro))) }
}

const keyOf = ({ id, version }: Distro): string => JSON.stringify([id, version])
