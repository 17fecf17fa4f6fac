import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const passwordsInImage: ContentRule = {
  name: 'passwords-in-image',
  id: 'TM-0012',
  title: 'No account has a password in the image',
  level: 'high',
  rationale:
    'Its hash can be read and guessed by everybody who may pull the image, and it is the same in every container.',
  remedy: 'Lock the account; what logs in at run time gets its credentials at run time.',
  references: [],
  withoutEvidence: '`undecidable` where etc/passwd or etc/shadow cannot be read',
  check: ({ accounts, unknownIn }) =>
    decide(
      accounts
        .filter(({ database, secret }) => database !== 'group' && secret === 'set')
        .map(({ path, name, layer }) => evidence(`${path}: the account ${name} has a password`, layer)),
      unknownIn((path) => path === 'etc/passwd' || path === 'etc/shadow' || path === 'etc/master.passwd'),
    ),
}
