import { decide, evidence, passed, undecidable } from '../outcome.ts'
import type { StandingRule } from '../rule.ts'

export const contentTrust: StandingRule = {
  name: 'content-trust',
  id: 'CIS-DI-0005',
  title: 'The image is signed by a key that is trusted',
  level: 'medium',
  rationale: 'Without a signature a reference names whatever somebody with write access has pushed.',
  remedy: 'Sign in the pipeline with cosign, configure the public key, and let the policy ask for it.',
  references: ['CIS Docker 4.5'],
  withoutEvidence: '`undecidable` where no key is configured',
  check: ({ signatures }) => {
    if (!signatures) return undecidable('no key to verify signatures with is configured, or it is not in a registry')
    const { by, problems } = signatures
    if (by.length > 0) return passed
    // What was not understood is no excuse: whoever may push can push it.
    return decide(['no signature verifies with a configured key', ...problems].map((line) => evidence(line)))
  },
}
