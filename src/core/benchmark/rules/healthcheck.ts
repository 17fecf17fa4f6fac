import { inHistory } from '../build-commands.ts'
import { decide, evidence, undecidable } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const healthcheck: ContentRule = {
  name: 'healthcheck',
  id: 'CIS-DI-0006',
  title: 'The image says how to see that it is healthy',
  level: 'low',
  rationale: 'Without a check a container that hangs counts as running, and nobody restarts it.',
  remedy:
    'Add a HEALTHCHECK that asks the service itself. Where Kubernetes runs the image, probes do this, and an exception for this rule is right.',
  references: ['CIS Docker 4.6'],
  withoutEvidence: '`undecidable` for an OCI config without a full build history: the format has no field for it',
  check: ({ config, history, isOfDocker }) => {
    const stated = config.run.healthcheck
    if (stated) return decide(stated[0] === 'NONE' ? [evidence('HEALTHCHECK NONE switches it off')] : [])
    // Builders of OCI images leave it to the history.
    const last = history.instructions.findLast(({ name }) => name === 'HEALTHCHECK')
    if (last) return decide(isNone.test(last.text) ? [inHistory(last, 'it switches the check off')] : [])
    if (!isOfDocker && history.missing !== null) return undecidable(history.missing)
    return decide([evidence('there is no HEALTHCHECK')])
  },
}

/** As written, and as BuildKit prints it. */
const isNone = /^\s*(?:NONE\b|&?\{\[?"NONE")/
