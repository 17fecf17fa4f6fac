import type { Queue } from '../adapters/queue/queue.ts'
import type { StoredPolicy } from '../adapters/store/rule-records.ts'
import type { Store } from '../adapters/store/store.ts'
import { defaultPolicy } from '../core/policy/default-policy.ts'
import { emptyPolicy, type Policy } from '../core/policy/policy.ts'
import { parsePolicy } from '../core/policy/policy-document.ts'
import { policyFingerprint } from '../core/policy/rules.ts'
import { TallymanError, asTallymanError } from '../errors.ts'
import { reevaluationJob } from './reevaluation-job.ts'

export interface PolicyDeps {
  readonly store: Pick<Store, 'policies'>
  readonly queue: Pick<Queue, 'send'>
  /** Of the configuration. */
  readonly policies: readonly Policy[]
  readonly now: () => Date
}

/** A policy with where it comes from. */
export interface ListedPolicy extends Policy {
  readonly origin: 'built-in' | 'configuration' | 'store'
  /** When it was put into the store; null elsewhere. */
  readonly updatedAt: string | null
  /** As it was written; null for those that are not in the store. */
  readonly document: string | null
  /** Why it cannot be read: it was stored by a version that understood more. */
  readonly problem: string | null
}

/** The built-in one, which judges what no other is about, those of the configuration, then those of the store by name. */
export async function listPolicies({
  store,
  policies,
}: Pick<PolicyDeps, 'store' | 'policies'>): Promise<ListedPolicy[]> {
  const unstored = { updatedAt: null, document: null, problem: null }
  return [
    { ...defaultPolicy, origin: 'built-in', ...unstored },
    ...policies.map((policy) => ({ ...policy, origin: 'configuration' as const, ...unstored })),
    ...(await store.policies.policies()).map(listed),
  ]
}

/**
 * Puts a policy document into the store, in place of the one of its name, and has stored images judged again. POLICY_INVALID
 * with the mistakes, and then nothing is another than before. Safe to repeat.
 */
export async function putPolicy(name: string, document: string, deps: PolicyDeps): Promise<ListedPolicy> {
  const policy = parsePolicy(document, name)
  if (policy.name !== name) {
    throw new TallymanError('REQUEST_INVALID', `the document is of the policy ${policy.name}, not of ${name}`)
  }
  refuseOwn(name, deps)
  await deps.store.policies.putPolicy({ name, document, fingerprint: policyFingerprint(policy) }, at(deps))
  await deps.queue.send([reevaluationJob('policy')])
  return found(await listPolicies(deps), name)
}

/** Takes it out of force; its versions stay in the store. NOT_FOUND if it is not there. */
export async function deletePolicy(name: string, deps: PolicyDeps): Promise<void> {
  refuseOwn(name, deps)
  found(await listPolicies(deps), name)
  await deps.store.policies.deletePolicy(name, at(deps))
  await deps.queue.send([reevaluationJob('policy')])
}

export async function getPolicy(name: string, deps: Pick<PolicyDeps, 'store' | 'policies'>): Promise<ListedPolicy> {
  return found(await listPolicies(deps), name)
}

function refuseOwn(name: string, { policies }: PolicyDeps): void {
  const isConfigured = policies.some((policy) => policy.name === name)
  if (!isConfigured && name !== defaultPolicy.name) return
  const owner = isConfigured ? 'of the configuration' : 'built in'
  throw new TallymanError('REQUEST_INVALID', `the policy ${name} is ${owner} and is not changed here; use another name`)
}

function listed({ name, document, updatedAt }: StoredPolicy): ListedPolicy {
  const stored = { origin: 'store' as const, updatedAt, document }
  try {
    return { ...parsePolicy(document, name), ...stored, problem: null }
  } catch (thrown) {
    return { ...emptyPolicy, name, ...stored, problem: asTallymanError(thrown).message }
  }
}

function found(policies: readonly ListedPolicy[], name: string): ListedPolicy {
  const policy = policies.find((each) => each.name === name)
  if (policy) return policy
  throw new TallymanError('NOT_FOUND', `there is no policy named ${name}`)
}

function at({ now }: PolicyDeps): string {
  return now().toISOString()
}
