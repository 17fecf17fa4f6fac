import { decide, evidence } from '../outcome.ts'
import { isSetId, setIdText } from '../set-id.ts'
import type { ContentRule } from '../rule.ts'

export const setuidPrograms: ContentRule = {
  name: 'setuid-programs',
  id: 'CIS-DI-0008',
  title: 'No program takes on the rights of another user or group',
  level: 'low',
  rationale:
    'A setuid program runs as its owner whoever starts it. A service needs none of them, and a flaw in one makes root of its user.',
  remedy:
    'Take the bits away in the final stage: `find / -xdev -type f -perm /6000 -exec chmod u-s,g-s {} +`. Or run with no-new-privileges, which makes them void.',
  references: ['CIS Docker 4.8'],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: ({ modes, unknownFiles }) =>
    decide(
      modes.filter(isSetId).map((fact) => evidence(setIdText(fact), fact.layer)),
      unknownFiles,
    ),
}
