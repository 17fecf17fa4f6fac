import { checkLevels, type CheckLevel } from '../benchmark/check.ts'
import { anyPattern } from './pattern.ts'
import type { CheckRule, SecretRule } from './policy.ts'

/** Whether a rule is about a check, whatever layer it is in; made ready once. */
export function checkFits({
  ids,
  level,
}: Pick<CheckRule, 'ids' | 'level'>): (check: { readonly id: string; readonly level: CheckLevel }) => boolean {
  const fitsId = ids ? anyPattern(ids) : () => true
  return (check) => fitsId(check.id) && isAtLeast(check.level, level)
}

const isAtLeast = (level: CheckLevel, least: CheckLevel | undefined): boolean =>
  least === undefined || checkLevels.indexOf(level) <= checkLevels.indexOf(least)

/** Whether a rule is about the secrets that a rule of the search finds. */
export function secretFits({ rules }: Pick<SecretRule, 'rules'>): (rule: string) => boolean {
  return rules ? anyPattern(rules) : () => true
}
