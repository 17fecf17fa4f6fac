import { decide, evidence, undecidable } from '../outcome.ts'
import type { StandingRule } from '../rule.ts'

export const contentTrust: StandingRule = {
  name: 'content-trust',
  id: 'CIS-DI-0005',
  title: 'The image is signed by a key that is trusted',
  level: 'medium',
  rationale: 'Without a signature a reference names whatever somebody with write access has pushed.',
  remedy: 'Sign in the pipeline (cosign, notation), configure the public key, and let admission ask for it.',
  references: ['CIS Docker 4.5'],
  withoutEvidence: '`undecidable` where no key is configured',
  check: ({ signedBy }) => {
    if (!signedBy) return undecidable('no key to verify signatures with is configured')
    return decide(signedBy.length > 0 ? [] : [evidence('no signature verifies with a configured key')])
  },
}
