import { matchesGlob } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { StoredException } from '../adapters/store/rule-records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { ExceptionEnd, Notice } from '../core/notice/notice.ts'
import { exceptionCause } from '../core/policy/cause.ts'
import type { Logger } from '../log.ts'
import { asTallymanError } from '../errors.ts'
import { allPages } from './all-pages.ts'
import { maxChanges, noticeId, sendJobs, type NoticeRule, type NotifyDeps } from './notify.ts'
import { reevaluationJob } from './reevaluation-job.ts'

export interface TurnDeps extends NotifyDeps {
  /** An end is told so many days ahead. */
  readonly noticeDays: number
}

/** An exception's end is heard of so late at most. */
const pauseMs = 60_000
const lockSeconds = 60
const dayMs = 86_400_000
const maxExcepted = 10

/** Looks every minute, until `signal` aborts. What cannot be looked at now is looked at the next time. */
export async function watchExceptions(deps: TurnDeps, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await deps.store.exclusively('exceptions', lockSeconds, () => turnExceptions(deps))
    } catch (thrown) {
      const { code, message } = asTallymanError(thrown)
      if (!signal.aborted) log.warn({ code }, `the ends of exceptions could not be looked at: ${message}`)
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

/**
 * Exceptions that began or ended by themselves since this was last done send stored images to be judged again, and rules are
 * told of those that are over, and once of each that soon will be. Safe to repeat: how far it has come is kept in the store.
 */
export async function turnExceptions(deps: TurnDeps): Promise<void> {
  const { store, queue, rules, noticeDays, now } = deps
  const at = now().toISOString()
  const last = await store.notices.state('exceptions')
  // The first time, nothing is news.
  const turned = last === undefined ? [] : await store.policies.turns(last, at)
  const [first] = turned
  if (first) await queue.send([reevaluationJob(turned.length === 1 ? exceptionCause(first) : 'exceptions')])

  const ended = turned.filter(({ until }) => until !== null && until <= at)
  const expiring = await newlyExpiring(at, new Date(Date.parse(at) + noticeDays * dayMs).toISOString(), store)
  const ends = [...ended.map((each) => endOf(each, 'ended')), ...expiring.map((each) => endOf(each, 'expiring'))]
  const notices = rules
    .filter(({ on }) => on.includes('exception'))
    .flatMap((rule): Notice[] => {
      const fitting = ends.filter(({ exception }) => isAbout(rule, exception)).map(({ end }) => end)
      const run = fitting.map(({ what, exception, until }) => `${what} ${exception} ${until}`).join('\n')
      const changes = fitting.slice(0, maxChanges)
      const more = fitting.length - changes.length
      return changes.length === 0 ? [] : [{ id: noticeId(rule.name, run), rule: rule.name, at, changes, more }]
    })
  const told = Object.fromEntries(expiring.map(({ id, until }) => [stateName(id), until ?? '']))
  await store.notices.put(notices, { state: { ...told, exceptions: at }, at })
  await sendJobs(notices, deps)
}

async function newlyExpiring(at: string, endingBefore: string, store: Store): Promise<StoredException[]> {
  const expiring: StoredException[] = []
  const filter = { state: 'active', endingBefore, at } as const
  for await (const exception of allPages((request) => store.policies.exceptions(filter, request))) {
    if ((await store.notices.state(stateName(exception.id))) !== exception.until) expiring.push(exception)
  }
  return expiring
}

/** What was last told of an exception: the end that it had then. */
function stateName(id: string): string {
  return `exception ${id}`
}

interface TurnedException {
  readonly exception: StoredException
  readonly end: ExceptionEnd
}

function endOf(exception: StoredException, what: ExceptionEnd['what']): TurnedException {
  const { id, until, owner, reason, vulnerabilities, checks, secrets } = exception
  const excepted = [...vulnerabilities, ...checks, ...secrets.map(({ rule }) => rule)]
  const end: ExceptionEnd = {
    kind: 'exception',
    exception: id,
    what,
    until: until ?? '',
    owner,
    reason,
    excepted: excepted.slice(0, maxExcepted),
    moreExcepted: Math.max(0, excepted.length - maxExcepted),
  }
  return { exception, end }
}

/** Whether it may hold for images that the rule is about; where that cannot be told from the patterns, it may. */
function isAbout({ registries, repositories }: NoticeRule, { scopes }: StoredException): boolean {
  const meets = (globs: readonly string[], patterns: readonly string[] | undefined) =>
    globs.length === 0 ||
    patterns === undefined ||
    globs.some((glob) => patterns.some((pattern) => matchesGlob(pattern, glob) || matchesGlob(glob, pattern)))
  return (
    scopes.length === 0 ||
    scopes.some((scope) => meets(registries, scope.registries) && meets(repositories, scope.repositories))
  )
}
