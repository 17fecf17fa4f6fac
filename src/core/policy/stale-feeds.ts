import type { Rules } from './rules.ts'

/** Which feeds are too old for which rules, as text: two times with one text judge feeds alike. */
export function staleFeeds(
  { policies, fallback }: Pick<Rules, 'policies' | 'fallback'>,
  feeds: readonly { readonly name: string; readonly fetched: string }[],
  now: string,
): string {
  const hours = new Set([...policies, fallback].flatMap(({ policy }) => policy.staleness?.maxHours ?? []))
  return [...hours]
    .sort((a, b) => a - b)
    .flatMap((limit) => feeds.filter((feed) => isStale(feed, limit, now)).map(({ name }) => `${limit} ${name}`))
    .join('\n')
}

/** Whether a feed was last fetched so many hours ago, or more. */
function isStale({ fetched }: { readonly fetched: string }, hours: number, now: string): boolean {
  return Date.parse(fetched) + hours * 3_600_000 <= Date.parse(now)
}
