import type { Tally, TallyClass } from './tally.ts'

/**
 * Over the packages of a set; what affects a purl counts once, so the findings of its twins are left out. `tallyOf` undefined:
 * the package has none. A fleet has millions of memberships, so a member costs no more than its classes do.
 */
export function sumOfTallies(
  members: Iterable<number>,
  twins: readonly number[],
  tallyOf: (member: number) => Tally | undefined,
): Tally {
  const counts = new Map<TallyClass, number>()
  for (const member of members) {
    const tally = tallyOf(member)
    if (tally === undefined) continue
    const isTwin = twins.length > 0 && twins.includes(member)
    for (const { class: some, count } of tally) {
      if (!isTwin || some.kind !== 'finding') counts.set(some, (counts.get(some) ?? 0) + count)
    }
  }
  return [...counts].map(([some, count]) => ({ class: some, count }))
}
