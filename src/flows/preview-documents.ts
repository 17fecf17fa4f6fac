import { parseException, type ExceptionRules } from '../core/policy/exception-document.ts'
import { parsePolicies } from '../core/policy/policy-document.ts'
import { readyRules, type Rules } from '../core/policy/rules.ts'
import { TallymanError } from '../errors.ts'
import type { Preview } from './preview-images.ts'
import { previewRules, type PreviewDeps } from './preview-rules.ts'

/** What would be put in force; what has the name of something that is takes its place. */
export interface PreviewRequest {
  /** Documents as they are written, each of one or more policies. */
  readonly policies: readonly string[]
  readonly exceptions: readonly string[]
  /** Names of policies and exceptions that would go. */
  readonly without: readonly string[]
}

export interface PreviewDocumentsDeps extends PreviewDeps {
  readonly rules: () => Promise<Rules>
  readonly settings: Pick<ExceptionRules, 'maxDays' | 'approval'>
}

/**
 * What the stored images would be judged if these documents were in force beside the others. An exception counts as approved: the
 * question is what it would do. POLICY_INVALID and EXCEPTION_INVALID with the mistakes; NOT_FOUND for what would go and is not there.
 */
export async function previewDocuments(
  { policies, exceptions, without }: PreviewRequest,
  deps: PreviewDocumentsDeps,
  signal: AbortSignal,
): Promise<Preview> {
  const rules = { now: deps.now().toISOString(), ...deps.settings }
  const current = await deps.rules()
  const inForce = current.policies.map(({ policy }) => policy)
  const granted = current.exceptions.map(({ exception }) => exception)
  const newPolicies = policies.flatMap((text, index) => parsePolicies(text, sourceOf('policy', index, policies)))
  const newExceptions = exceptions.map((text, index) => {
    const exception = parseException(text, rules, sourceOf('exception', index, exceptions))
    return { ...exception, approvedBy: exception.approvedBy ?? exception.owner }
  })
  const known = new Set([...inForce.map(({ name }) => name), ...granted.map(({ id }) => id)])
  const unknown = without.find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new TallymanError('NOT_FOUND', `there is no policy and no exception named ${unknown} in force`)
  }
  const gone = new Set([...without, ...newPolicies.map(({ name }) => name), ...newExceptions.map(({ id }) => id)])
  const proposed = readyRules({
    policies: [...inForce.filter(({ name }) => !gone.has(name)), ...newPolicies],
    exceptions: [...granted.filter(({ id }) => !gone.has(id)), ...newExceptions],
  })
  return previewRules(proposed, deps, signal)
}

/** Mistakes name the document where there are several. */
function sourceOf(what: string, index: number, all: readonly string[]): string {
  return all.length === 1 ? what : `${what} ${index + 1}`
}
