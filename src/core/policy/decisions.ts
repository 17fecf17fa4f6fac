import type { AskedFinding, AskedPackage } from './asked.ts'
import type { ImageFacts, JudgedCheck, JudgedSecret } from './image-facts.ts'
import { fitsCheck, fitsSecret } from './image-reasons.ts'
import { policiesFor, ruleNaming } from './judge.ts'
import type { UnknownAction } from './policy.ts'
import { actionOf, decide } from './rule-reasons.ts'
import type { ReadyPolicy, Rules } from './rules.ts'

/** Which rule decides about one finding, check or secret of an image, and what it makes of it. */
export interface Decision {
  /** As a verdict's reasons call it. */
  readonly rule: string
  readonly action: UnknownAction
}

/** What makes the verdict worse comes first; what a rule ignores, after what no rule is about. */
const order: readonly (UnknownAction | undefined)[] = ['fail', 'inconclusive', 'warn', undefined, 'ignore']

interface Decidable {
  readonly decision: Decision | null
}

export function decisiveFirst(a: Decidable, b: Decidable): number {
  return order.indexOf(a.decision?.action) - order.indexOf(b.decision?.action)
}

/** Null where no rule fits. */
export interface Decisions {
  finding(finding: AskedFinding, subject: AskedPackage): Decision | null
  check(check: JudgedCheck): Decision | null
  secret(secret: JudgedSecret): Decision | null
}

/** The rules' word on each thing by itself, as `judge` sums it up. `now`: RFC 3339. */
export function decisionsFor(rules: Rules, image: ImageFacts, now: string): Decisions {
  const policies = policiesFor(rules, image)
  const nowMs = Date.parse(now)
  const nameOf = ruleNaming(policies)
  const all = <R>(rulesOf: (policy: ReadyPolicy) => readonly R[]) =>
    policies.flatMap((policy) => rulesOf(policy).map((ready) => ({ policy, ready })))
  const vulnerabilities = all((policy) => policy.vulnerabilities)
  const checks = all(({ policy }) => policy.checks).map((rule) => ({ ...rule, fits: fitsCheck(rule.ready, image) }))
  const secrets = all(({ policy }) => policy.secrets).map((rule) => ({ ...rule, fits: fitsSecret(rule.ready, image) }))
  return {
    finding(finding, subject) {
      const decided = decide(vulnerabilities, rules.classOf(finding, subject, nowMs).class)
      if (!decided) return null
      const { policy, ready } = decided.rule
      return { rule: nameOf(policy, ready.rule.name), action: actionOf(ready.rule, decided.fate) }
    },
    check(check) {
      const found = checks.find(({ fits }) => fits(check))
      if (!found) return null
      const { policy, ready } = found
      return { rule: nameOf(policy, ready.name), action: check.status === 'fail' ? ready.action : ready.undecidable }
    },
    secret(secret) {
      const found = secrets.find(({ fits }) => fits(secret))
      return found ? { rule: nameOf(found.policy, found.ready.name), action: found.ready.action } : null
    },
  }
}
