import { decide, evidence, notApplicable } from '../outcome.ts'
import type { StandingRule } from '../rule.ts'

export const latestTag: StandingRule = {
  name: 'latest-tag',
  id: 'DKL-DI-0006',
  title: 'The image has a tag of its own beside latest',
  level: 'low',
  rationale: 'Who deploys `latest` cannot say what runs, nor go back to it.',
  remedy: 'Push a tag for each build, such as its version or commit, and deploy that or the digest.',
  references: ['Dockle DKL-DI-0006'],
  withoutEvidence: '`not-applicable` for an image without tags',
  check: ({ tags }) => {
    if (tags.length === 0) return notApplicable('no tag points to it')
    return decide(tags.every((tag) => tag === 'latest') ? [evidence('latest is its only tag')] : [])
  },
}
