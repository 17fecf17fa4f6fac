/** What of a feed's state the gate looks at. */
interface StateInForce {
  readonly records: number
  /** Advisories per ecosystem with release. */
  readonly ecosystems: Readonly<Record<string, number>>
}

export interface StateRead extends StateInForce {
  /** Records that were looked at now, and those of them that could not be understood. */
  readonly read: number
  readonly skipped: number
  /** Only what changed was read: few records say nothing about the feed. */
  readonly partial: boolean
}

/** Smaller ecosystems may lose most of their records in one honest correction. */
const SMALL = 50

/**
 * Why a new state of a feed must not take the place of the one in force without an operator's word; none if it may. A feed
 * shrinks slowly: one that suddenly lost `maxLoss` (a share, 0 to 1) of an ecosystem is broken, and its silence would pass
 * for safety.
 */
export function gateReasons(former: StateInForce, next: StateRead, maxLoss: number): string[] {
  const { read, skipped, partial } = next
  const broken = skipped > read * maxLoss && read > SMALL
  const garbage = !partial && skipped * 2 > read
  return [
    ...(!partial && read === 0 ? ['it has no records at all'] : []),
    ...(broken || garbage ? [`${skipped} of ${read} records cannot be understood`] : []),
    ...(fell(former.records, next.records, maxLoss) ? [lossOf('all records', former.records, next.records)] : []),
    ...Object.entries(former.ecosystems)
      .map(([ecosystem, before]) => ({ ecosystem, before, after: next.ecosystems[ecosystem] ?? 0 }))
      .filter(({ before, after }) => fell(before, after, maxLoss))
      .map(({ ecosystem, before, after }) => lossOf(ecosystem, before, after)),
  ]
}

const fell = (before: number, after: number, maxLoss: number): boolean =>
  before > SMALL && after < before * (1 - maxLoss)

const lossOf = (what: string, before: number, after: number): string =>
  `${what}: ${before} before, ${after} now (${Math.round(((after - before) / before) * 100)} %)`
