import type { Store } from '../adapters/store/store.ts'
import { parsePolicy } from '../core/policy/policy-document.ts'
import type { Policy } from '../core/policy/policy.ts'
import { readyRules, type Rules } from '../core/policy/rules.ts'

/** Exceptions that are over by so long are no longer looked at: within it, what they changed is told as their end. */
const overMs = 86_400_000

/**
 * Asks for the policies and exceptions in force: those of the configuration and of the store (`alone`: only the former policies), made
 * ready once for each change of these. POLICY_INVALID where a stored document is not understood: an older version of tallyman must not judge without it.
 */
export function rulesInForce(
  { store, now }: { readonly store: Pick<Store, 'policies'>; readonly now: () => Date },
  configured: readonly Policy[],
  among: 'stored' | 'alone' = 'stored',
): () => Promise<Rules> {
  let known: { readonly revision: number; readonly rules: Rules } | undefined
  return async () => {
    const revision = await store.policies.revision()
    if (known?.revision === revision) return known.rules
    const overBefore = new Date(now().getTime() - overMs).toISOString()
    const { policies, exceptions } = await store.policies.rules(overBefore)
    const stored = among === 'alone' ? [] : policies.map(({ name, document }) => parsePolicy(document, name))
    known = { revision, rules: readyRules({ policies: [...configured, ...stored], exceptions }) }
    return known.rules
  }
}
