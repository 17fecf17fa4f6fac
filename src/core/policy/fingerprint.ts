import { createHash } from 'node:crypto'
import type { Policy } from './policy.ts'

/** Another text for every policy that may decide otherwise, whatever it is called. */
export function policyFingerprint({ name, vulnerabilities, onIncomplete }: Policy): string {
  const rules = vulnerabilities.map((rule) => [rule.name, rule.severity, rule.fixable, rule.action])
  return createHash('sha256')
    .update(JSON.stringify([name, onIncomplete, rules]))
    .digest('hex')
}
