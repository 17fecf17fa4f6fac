import type { ListedException } from '../../flows/change-exceptions.ts'
import type { ListedPolicy } from '../../flows/change-policies.ts'
import { ago } from './quantities.ts'
import type { Column } from './table.ts'

/** Enough to know it by. */
const maxNames = 3

export function exceptionColumns(): readonly Column<ListedException>[] {
  return [
    {
      title: 'STATE',
      cell: ({ state }) => state,
      style: ({ state }) => (state === 'pending' ? 'yellow' : state === 'ended' ? 'dim' : undefined),
    },
    { title: 'EXCEPTION', cell: ({ id }) => id },
    { title: 'EXCEPTS', cell: exceptedBy },
    { title: 'UNTIL', cell: ({ until, endedAt }) => (endedAt ?? until)?.slice(0, 10) ?? 'for ever' },
    { title: 'OWNER', cell: ({ owner }) => owner },
    { title: 'REASON', cell: ({ reason }) => reason, optional: true },
  ]
}

export function exceptedBy({ vulnerabilities, checks, secrets }: ListedException): string {
  const names = [...vulnerabilities, ...checks, ...secrets.map(({ rule, path }) => `${rule} in ${path}`)]
  const more = names.length - maxNames
  return names.slice(0, maxNames).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

export function policyColumns(now: Date): readonly Column<ListedPolicy>[] {
  return [
    { title: 'POLICY', cell: ({ name }) => name },
    { title: 'FROM', cell: ({ origin }) => origin },
    { title: 'UPDATED', cell: ({ updatedAt }) => (updatedAt === null ? '-' : ago(updatedAt, now)) },
    { title: 'PROBLEM', cell: ({ problem }) => problem ?? '-' },
  ]
}
