import type { AccountFact } from '../../inventory/package.ts'
import type { Placed } from '../benchmark-image.ts'
import type { CheckEvidence } from '../check.ts'
import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const duplicateAccounts: ContentRule = {
  name: 'duplicate-accounts',
  id: 'DKL-LI-0002',
  title: 'Every account and group has a name and a number of its own',
  level: 'medium',
  rationale:
    'Two names of one number are one user to the kernel: what the one may do, the other may, and logs name the wrong one.',
  remedy: 'Give each its own number, and remove lines that a script has appended twice.',
  references: ['Dockle DKL-LI-0002'],
  withoutEvidence: '`undecidable` where etc/passwd or etc/group cannot be read',
  check: ({ accounts, unknownIn }) =>
    decide(
      [...Map.groupBy(accounts, ({ path }) => path)].flatMap(([path, inFile]) => {
        const own = inFile.filter(({ database }) => database !== 'shadow')
        return [
          ...repeated(path, 'name', own, ({ name }) => name),
          ...repeated(path, 'number', own, ({ id }) => String(id)),
        ]
      }),
      unknownIn((path) => path === 'etc/passwd' || path === 'etc/group'),
    ),
}

/** The uppermost layer of those who share something made it shared. */
function repeated(
  path: string,
  what: string,
  accounts: readonly Placed<AccountFact>[],
  keyOf: (account: AccountFact) => string,
): readonly CheckEvidence[] {
  return [...Map.groupBy(accounts, keyOf)]
    .filter(([, same]) => same.length > 1)
    .map(([key, same]) => {
      const names = [...new Set(same.map(({ name }) => name))].join(', ')
      const text =
        what === 'name' ? `the name ${key} stands there ${same.length} times` : `${names} have the number ${key}`
      return evidence(`${path}: ${text}`, Math.max(...same.map(({ layer }) => layer)))
    })
}
