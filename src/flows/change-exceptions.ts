import { isDeepStrictEqual } from 'node:util'
import type { Queue } from '../adapters/queue/queue.ts'
import type { Page, PageRequest } from '../adapters/store/records.ts'
import type { Approval, StoredException } from '../adapters/store/rule-records.ts'
import type { Store } from '../adapters/store/store.ts'
import { exceptionCause } from '../core/policy/cause.ts'
import { parseException, type ExceptionRules } from '../core/policy/exception-document.ts'
import { exceptionState, type ExceptionState } from '../core/policy/exception-state.ts'
import type { Exception } from '../core/policy/exception.ts'
import { importExceptions, type ImportOptions } from '../core/policy/imports/import-exceptions.ts'
import type { Dropped } from '../core/policy/imports/importer.ts'
import { vexOfExceptions, type VexOfExceptions } from '../core/report/openvex.ts'
import { TallymanError } from '../errors.ts'
import { allPages } from './all-pages.ts'
import { reevaluationJob } from './reevaluation-job.ts'

/** `exceptions` of the configuration. */
export interface ExceptionSettings {
  readonly maxDays: number
  readonly noticeDays: number
  readonly approval: ExceptionRules['approval']
}

export interface ExceptionDeps {
  readonly store: Pick<Store, 'policies'>
  readonly queue: Pick<Queue, 'send'>
  readonly exceptions: ExceptionSettings
  /** Declared registries, by name. */
  readonly hosts: ReadonlyMap<string, readonly string[]>
  /** tallyman's version. */
  readonly engine: string
  readonly now: () => Date
}

export interface ListedException extends StoredException {
  readonly state: ExceptionState
}

export const exceptionStates = ['active', 'pending', 'ended', 'expiring'] as const

export interface ExceptionQuery {
  /** `expiring`: active, and over within `noticeDays`. */
  readonly state?: (typeof exceptionStates)[number]
}

export interface ImportSummary {
  readonly exceptions: readonly ListedException[]
  readonly dropped: readonly Dropped[]
}

const dayMs = 86_400_000

export async function listExceptions(
  { state }: ExceptionQuery,
  page: PageRequest,
  deps: ExceptionDeps,
): Promise<Page<ListedException>> {
  const at = deps.now().toISOString()
  const endingBefore = new Date(Date.parse(at) + deps.exceptions.noticeDays * dayMs).toISOString()
  const filter = state === 'expiring' ? { state: 'active' as const, endingBefore } : state ? { state } : {}
  const { items, next } = await deps.store.policies.exceptions({ ...filter, at }, page)
  return { items: items.map((each) => listed(each, at)), next }
}

/** NOT_FOUND */
export async function getException(id: string, { store, now }: ExceptionDeps): Promise<ListedException> {
  const exception = await store.policies.exception(id)
  if (exception) return listed(exception, now().toISOString())
  throw new TallymanError('NOT_FOUND', `there is no exception named ${id}`)
}

/**
 * Puts an exception into the store, in place of the one of its name, and has stored images judged again. EXCEPTION_INVALID
 * with the mistakes. Safe to repeat: the same document changes nothing, another one has to be approved anew.
 */
export async function putException(id: string | null, document: string, deps: ExceptionDeps): Promise<ListedException> {
  const rules = rulesOf(deps)
  const exception = parseException(document, rules, id ?? 'exception')
  if (id !== null && exception.id !== id) {
    throw new TallymanError('REQUEST_INVALID', `the document is of the exception ${exception.id}, not of ${id}`)
  }
  await deps.store.policies.putException(await settled(exception, rules, deps), rules.now)
  await deps.queue.send([reevaluationJob(exceptionCause(exception))])
  return getException(exception.id, deps)
}

/** Lets it begin; by somebody else than its owner. NOT_FOUND, REQUEST_INVALID. */
export async function approveException(id: string, approval: Approval, deps: ExceptionDeps): Promise<ListedException> {
  await deps.store.policies.approveException(id, approval, deps.now().toISOString())
  const exception = await getException(id, deps)
  await deps.queue.send([reevaluationJob(exceptionCause(exception))])
  return exception
}

/** Ends it now; it stays in the store. NOT_FOUND */
export async function endException(id: string, deps: ExceptionDeps): Promise<ListedException> {
  await deps.store.policies.endException(id, deps.now().toISOString())
  const exception = await getException(id, deps)
  await deps.queue.send([reevaluationJob(exceptionCause(exception))])
  return exception
}

/** Takes over another tool's file. `dryRun` only tells what would become of it. Safe to repeat. */
export async function takeOver(
  text: string,
  { dryRun, ...options }: ImportOptions & { readonly dryRun: boolean },
  deps: ExceptionDeps,
): Promise<ImportSummary> {
  const registryNamed = (host: string) => [...deps.hosts].find(([, hosts]) => hosts.includes(host))?.[0]
  const rules = rulesOf(deps)
  const { now: at } = rules
  const { exceptions, dropped } = importExceptions(text, options, rules, registryNamed)
  if (dryRun || exceptions.length === 0) {
    const never = { createdAt: at, updatedAt: at, endedAt: null }
    return { exceptions: exceptions.map((each) => listed({ ...each, ...never }, at)), dropped }
  }
  const put: Exception[] = []
  for (const exception of exceptions) put.push(await settled(exception, rules, deps))
  await deps.store.policies.putExceptions(put, at)
  const [first] = exceptions
  await deps.queue.send([reevaluationJob(first && exceptions.length === 1 ? exceptionCause(first) : 'exceptions')])
  const taken: ListedException[] = []
  for (const { id } of exceptions) taken.push(await getException(id, deps))
  return { exceptions: taken, dropped }
}

/** The exceptions in force as an OpenVEX document. NOT_FOUND if none can be said in one. */
export async function exportExceptions(author: string, deps: ExceptionDeps): Promise<VexOfExceptions> {
  const at = deps.now().toISOString()
  const inForce: StoredException[] = []
  const active = (request: PageRequest) => deps.store.policies.exceptions({ state: 'active', at }, request)
  for await (const exception of allPages(active)) inForce.push(exception)
  return vexOfExceptions(inForce, { author, at, engine: deps.engine }, (name) => deps.hosts.get(name)?.[0])
}

/** One that says what is there already keeps its beginning and its approval. */
async function settled(
  exception: Exception,
  { now: at }: ExceptionRules,
  { store }: ExceptionDeps,
): Promise<Exception> {
  const former = await store.policies.exception(exception.id)
  if (!former || former.endedAt !== null) return exception
  const { createdAt: _created, updatedAt: _updated, endedAt: _ended, ...value } = former
  const kept = {
    ...exception,
    // What names no beginning begins when it is handed in: the first time.
    from: exception.from === at ? former.from : exception.from,
    approvedBy: exception.approvedBy ?? former.approvedBy,
  }
  return isDeepStrictEqual(kept, value) ? kept : exception
}

function rulesOf({ exceptions: { maxDays, approval }, now }: ExceptionDeps): ExceptionRules {
  return { now: now().toISOString(), maxDays, approval }
}

function listed(exception: StoredException, at: string): ListedException {
  return { ...exception, state: exceptionState(exception, exception.endedAt, at) }
}
