import { decide, evidence } from '../outcome.ts'
import { isSetId, isUsual, setIdText } from '../set-id.ts'
import type { ContentRule } from '../rule.ts'

export const addedSetuidPrograms: ContentRule = {
  name: 'added-setuid-programs',
  id: 'TM-0001',
  title: 'No setuid programs beside the ones that distributions have',
  level: 'high',
  rationale:
    'A setuid program that no distribution ships was put there: by an installer that nobody read, or as a way back in.',
  remedy: 'Find out what it is for, and take the bits away: `chmod u-s,g-s FILE`.',
  references: ['CIS Docker 4.8'],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: ({ modes, unknownFiles }) =>
    decide(
      modes.filter((fact) => isSetId(fact) && !isUsual(fact.path)).map((fact) => evidence(setIdText(fact), fact.layer)),
      unknownFiles,
    ),
}
