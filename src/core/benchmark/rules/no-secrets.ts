import type { Secret } from '../../secrets/secret.ts'
import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const noSecrets: ContentRule = {
  name: 'no-secrets',
  id: 'CIS-DI-0010',
  title: 'No secrets in files, variables, labels or build instructions',
  level: 'high',
  rationale: 'Whoever may pull the image has what is in it, in deleted files and build arguments too.',
  remedy:
    'Revoke what was found: it has been published. Give secrets to builds by `RUN --mount=type=secret`, and to containers at run time.',
  references: ['CIS Docker 4.10'],
  withoutEvidence: '`undecidable` where a layer was not read to its end, or has more text than is searched',
  check: ({ secrets, unsearched }) => decide(secrets.map(inWords), unsearched),
}

const places = { file: '', env: 'variable ', label: 'label ', history: 'build instruction ' } as const

function inWords({ title, where, path, line, layer, deletedInLayer, redacted }: Secret) {
  const at = line === null ? path : `${path}:${line}`
  const gone = deletedInLayer === null ? '' : `, deleted in layer ${deletedInLayer} and still there below`
  return evidence(`${title}: ${places[where]}${at} (${redacted})${gone}`, layer)
}
