import { createHash } from 'node:crypto'
import type { Policy } from './policy.ts'

/** Another text for every policy that may decide otherwise, whatever it is called. */
export function policyFingerprint(policy: Policy): string {
  return createHash('sha256').update(JSON.stringify(policy, sortedKeys)).digest('hex')
}

/** One text for one value: the order in which a document has its keys says nothing. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
