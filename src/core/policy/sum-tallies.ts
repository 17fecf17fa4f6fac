import type { Tally, TallyClass } from './tally.ts'

/** Over the packages of a set; what affects a purl counts once, so the findings of its twins are left out. */
export function sumOfTallies(
  members: readonly number[],
  twins: readonly number[],
  packages: ReadonlyMap<number, Tally>,
): Tally {
  const counts = new Map<TallyClass, number>()
  for (const member of members) {
    for (const { class: some, count } of packages.get(member) ?? []) {
      if (some.kind === 'finding' && twins.includes(member)) continue
      counts.set(some, (counts.get(some) ?? 0) + count)
    }
  }
  return [...counts].map(([some, count]) => ({ class: some, count }))
}
