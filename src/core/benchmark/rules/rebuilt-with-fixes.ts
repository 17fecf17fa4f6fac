import { decide, evidence, passed, undecidable } from '../outcome.ts'
import type { StandingRule } from '../rule.ts'

export const rebuiltWithFixes: StandingRule = {
  name: 'rebuilt-with-fixes',
  id: 'CIS-DI-0004',
  title: 'The image has been rebuilt since fixes came out',
  level: 'high',
  rationale: 'A fix that exists and is not in the image is an open door with a published plan of it.',
  remedy: 'Rebuild on a newer base, without the build cache, and deploy the new image.',
  references: ['CIS Docker 4.4'],
  withoutEvidence: '`undecidable` where no feed was read',
  check: ({ fixable }) => {
    if (!fixable) return undecidable('no feed was read')
    const { findings, oldestFixDays } = fixable
    if (findings === 0 || (oldestFixDays !== null && oldestFixDays <= fixGraceDays)) return passed
    const since = oldestFixDays === null ? '' : `, the oldest for ${Math.floor(oldestFixDays)} days`
    return decide([evidence(`${findings === 1 ? '1 finding has' : `${findings} findings have`} a fix${since}`)])
  },
}

/** Most teams rebuild each month; policies can ask for less. */
export const fixGraceDays = 30
