import { isStale } from '../../core/match/staleness.ts'
import type { Report } from '../../core/report/report.ts'
import type { Paint } from '../io.ts'
import { ago } from './quantities.ts'
import { safeText } from './safe-text.ts'

/** A line for each feed of advisories that is too old to be trusted; nothing where all are fresh. */
export function staleFeeds({ checkedAgainst }: Report, now: Date, paint: Paint): string {
  const stale = checkedAgainst.feeds.filter(({ advisories, fetched }) => advisories > 0 && isStale(fetched, now))
  const lines = stale.map(({ name, fetched }) => {
    return `  - ${safeText(name)} was last read ${ago(fetched, now)} (tallyman feed status)\n`
  })
  return lines.length === 0
    ? ''
    : `${paint('yellow', 'Stale')}: what was published since is not in this report\n${lines.join('')}`
}
