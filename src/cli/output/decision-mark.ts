import type { Decision } from '../../core/policy/decisions.ts'
import type { UnknownAction } from '../../core/policy/policy.ts'
import type { Paint, Style } from '../io.ts'
import { safeText } from './safe-text.ts'

const actionStyles: Readonly<Record<UnknownAction, Style>> = {
  fail: 'red',
  inconclusive: 'yellow',
  warn: 'yellow',
  ignore: 'dim',
}

interface Decided {
  readonly decision: Decision | null
}

export function decisionStyle({ decision }: Decided): Style {
  return decision ? actionStyles[decision.action] : 'dim'
}

/** ` → fail (fixable-high)`, to put behind what the policy decides about; empty where no rule does. */
export function decisionMark({ decision }: Decided, paint: Paint): string {
  if (!decision) return ''
  return ` → ${paint(actionStyles[decision.action], decision.action)} (${safeText(decision.rule)})`
}
