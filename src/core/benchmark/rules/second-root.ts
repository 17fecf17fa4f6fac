import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const secondRoot: ContentRule = {
  name: 'second-root',
  id: 'TM-0013',
  title: 'No account but root has uid 0',
  level: 'high',
  rationale: 'An account with uid 0 is root under a name that nobody watches.',
  remedy: 'Give the account a number of its own.',
  references: [],
  withoutEvidence: '`undecidable` where etc/passwd cannot be read',
  check: ({ accounts, unknownIn }) =>
    decide(
      accounts
        .filter(({ database, name, id }) => database === 'passwd' && id === 0 && name !== 'root')
        .map(({ path, name, layer }) => evidence(`${path}: the account ${name} has uid 0`, layer)),
      unknownIn((path) => path === 'etc/passwd'),
    ),
}
