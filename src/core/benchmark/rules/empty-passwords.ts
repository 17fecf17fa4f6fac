import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const emptyPasswords: ContentRule = {
  name: 'empty-passwords',
  id: 'DKL-LI-0001',
  title: 'No account has an empty password',
  level: 'critical',
  rationale: 'Whoever has any access to the container becomes such an account, root perhaps, by naming it.',
  remedy:
    'Lock the account (`passwd -l NAME`, or `!` in its field of etc/shadow), or build on a base that has done so.',
  references: ['Dockle DKL-LI-0001'],
  withoutEvidence: '`undecidable` where etc/passwd or etc/shadow cannot be read',
  check: ({ accounts, unknownIn }) =>
    decide(
      accounts
        .filter(({ database, secret }) => database !== 'group' && secret === 'empty')
        .map(({ path, name, layer }) => evidence(`${path}: the account ${name} has an empty password`, layer)),
      unknownIn((path) => path === 'etc/passwd' || path === 'etc/shadow' || path === 'etc/master.passwd'),
    ),
}
