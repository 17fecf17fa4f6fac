import { decide, evidence, undecidable } from '../outcome.ts'
import type { StandingRule } from '../rule.ts'

export const imageAge: StandingRule = {
  name: 'image-age',
  id: 'TM-0019',
  title: 'The image was built in the last year',
  level: 'low',
  rationale:
    'Distributions mend their packages all the time. What has not been rebuilt for a year lacks all of it, whatever a feed says.',
  remedy: 'Rebuild regularly by schedule, not only when the source changes.',
  references: ['CIS Docker 4.4'],
  withoutEvidence:
    '`undecidable` where it does not say when it was built, or a reproducible build has left the date out',
  check: ({ created, now }) => {
    const built = created === null ? Number.NaN : Date.parse(created)
    if (Number.isNaN(built)) return undecidable('it does not say when it was built')
    if (built < firstImages) return undecidable(`its date, ${created}, is no date of a build`)
    const days = Math.floor((Date.parse(now) - built) / 86_400_000)
    return decide(days > maxImageDays ? [evidence(`it was built ${days} days ago`)] : [])
  },
}

/** There were no images before: 1970 and 1980 stand for no date. */
const firstImages = Date.parse('2013-01-01T00:00:00Z')

/** In a year every distribution has released fixes; policies can ask for less. */
export const maxImageDays = 365
