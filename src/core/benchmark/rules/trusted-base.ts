import { decide, evidence, passed, undecidable } from '../outcome.ts'
import type { StandingRule } from '../rule.ts'

export const trustedBase: StandingRule = {
  name: 'trusted-base',
  id: 'CIS-DI-0002',
  title: 'The image is built on a base that is trusted',
  level: 'medium',
  rationale:
    'A base decides most of what is in an image. One that nobody has looked at brings what its author liked, and may never be mended.',
  remedy: 'Build on an image of the list of trusted bases; scan the bases too, so that they are recognised.',
  references: ['CIS Docker 4.2'],
  withoutEvidence: '`undecidable` where no stored image is the base, or no policy lists trusted bases',
  check: ({ base, isTrusted }) => {
    if (isTrusted) return passed
    if (!base) return undecidable('no stored image is its base')
    const name = base.references[0] ?? 'its base'
    if (isTrusted === null) return undecidable(`no policy says whether ${name} is trusted`)
    return decide([evidence(`${name} is not on the list of trusted bases`)])
  },
}
