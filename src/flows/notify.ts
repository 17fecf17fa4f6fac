import { createHash, randomUUID } from 'node:crypto'
import { matchesGlob } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Job, Queue } from '../adapters/queue/queue.ts'
import type { ChangedImage } from '../adapters/store/notice-records.ts'
import type { Store } from '../adapters/store/store.ts'
import { deliverJob } from './deliver-notice.ts'
import { imageChange, withoutExcepted, worstSeverityFirst, type ChangeDeps, type Told } from './image-change.ts'
import { kevArrivals } from './kev-arrivals.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Severity } from '../core/match/advisory.ts'
import type { ImageChange, Notice, NoticeChange, NoticeKind } from '../core/notice/notice.ts'
import type { Outcome } from '../core/policy/policy.ts'

/** What is told to whom: an entry of `notifications` in the configuration, without where it goes. */
export interface NoticeRule {
  readonly name: string
  readonly on: readonly NoticeKind[]
  /** A verdict is told where it is, or was, at least so bad. */
  readonly outcome: Outcome
  /** New findings are told that are at least so bad. */
  readonly severity: Severity
  /** Globs of registries' names and of repositories; none for all. */
  readonly registries: readonly string[]
  readonly repositories: readonly string[]
}

export interface NotifyDeps {
  readonly store: Store
  readonly queue: Pick<Queue, 'send'>
  readonly rules: readonly NoticeRule[]
  readonly now: () => Date
}

/** A message that people read to its end. */
export const maxChanges = 25
const pageSize = 1_000
/** In one transaction: some ten milliseconds, in which no push is taken in. */
const maxCollected = 2_000

const outcomes: readonly Outcome[] = ['pass', 'warn', 'inconclusive', 'fail']

/**
 * Tells every rule of what a run has changed, in one notice each: the images of a scan, or after a re-evaluation whatever
 * was changed, and then also vulnerabilities that are newly known to be exploited. Notices go to the outbox; jobs deliver
 * them. Safe to repeat: what was told is remembered in the store, and what a killed process did not finish is told by the next.
 */
export async function notify(
  of: readonly Digest[] | 'all',
  deps: NotifyDeps & ChangeDeps,
  signal: AbortSignal,
): Promise<void> {
  const { store, rules, now } = deps
  const asking = rules.filter(({ on }) => on.includes('finding-new')).map(({ severity }) => severity)
  const least = asking.toSorted(worstSeverityFirst).at(-1)
  const newFindings = least === undefined ? null : { severity: least }
  const own = randomUUID()
  while ((await store.notices.collect(own, of, newFindings, maxCollected)) > 0) {
    signal.throwIfAborted()
    await nextTurn()
  }
  for (const run of await store.notices.runs()) {
    const notices = await imageNotices(run, deps, signal)
    await store.notices.put(notices, { run, at: now().toISOString() })
    await sendJobs(notices, deps)
  }
  if (of === 'all') await notifyOfKev(deps)
}

/** Tells of feeds whose newer state was not adopted: of each such state once. */
export async function notifyOfHeldFeeds(deps: NotifyDeps): Promise<void> {
  const { store, rules, now } = deps
  const at = now().toISOString()
  const held = (await store.feeds.candidates()).filter(({ approved }) => !approved)
  const notices = rules
    .filter(({ on }) => on.includes('feed-held'))
    .flatMap((rule) =>
      held.map(({ feed, fingerprint, heldAt, reasons }): Notice => {
        const changes: readonly NoticeChange[] = [{ kind: 'feed-held', feed, heldAt, reasons }]
        return { id: noticeId(rule.name, `held ${feed} ${fingerprint}`), rule: rule.name, at, changes, more: 0 }
      }),
    )
  await store.notices.put(notices, { at })
  const pending = new Set((await store.notices.pending()).map(({ id }) => id))
  await sendJobs(
    notices.filter(({ id }) => pending.has(id)),
    deps,
  )
}

/** Those that a killed process has left in the outbox without a job. */
export async function deliverPending({ store, queue, now }: NotifyDeps): Promise<void> {
  const jobs = (await store.notices.pending()).map(({ id, nextTryAt }) => deliverJob(id, nextTryAt, now()))
  if (jobs.length > 0) await queue.send(jobs)
}

/** Puts them to be delivered. */
export async function sendJobs(notices: readonly Notice[], { queue, now }: NotifyDeps): Promise<void> {
  const jobs: readonly Job[] = notices.map(({ id, at }) => deliverJob(id, at, now()))
  if (jobs.length > 0) await queue.send(jobs)
}

async function imageNotices(run: string, deps: NotifyDeps & ChangeDeps, signal: AbortSignal): Promise<Notice[]> {
  const { store, rules, now } = deps
  const told = rules.map((rule) => ({ rule, worst: [] as Told[], count: 0 }))
  for (let page = await store.notices.changes(run, 0, pageSize); page.length > 0;) {
    signal.throwIfAborted()
    const changed = await withoutExcepted(page, deps, signal)
    for (const each of told) {
      const fitting = changed.flatMap((image) => toldBy(each.rule, image))
      each.count += fitting.length
      each.worst = [...each.worst, ...fitting].sort(worstFirst).slice(0, maxChanges)
    }
    page = await store.notices.changes(run, page.at(-1)?.position ?? 0, pageSize)
  }
  const at = now().toISOString()
  const notices: Notice[] = []
  for (const { rule, worst, count } of told) {
    if (count === 0) continue
    const changes: ImageChange[] = []
    for (const each of worst) changes.push(await imageChange(each, deps))
    notices.push({ id: noticeId(rule.name, run), rule: rule.name, at, changes, more: count - changes.length })
  }
  return notices
}

/** Deleted images are not told of: nobody can run them any more. */
function toldBy(rule: NoticeRule, image: ChangedImage): readonly Told[] {
  const { from, to, newest, references } = image
  if (!references.some((reference) => isAbout(rule, reference))) return []
  const bad = [from ?? 'pass', to].some((outcome) => outcomes.indexOf(outcome) >= outcomes.indexOf(rule.outcome))
  if (rule.on.includes('verdict') && from !== to && bad) return [{ image, kind: 'verdict' }]
  const isNew = newest !== null && worstSeverityFirst(newest, rule.severity) <= 0
  return rule.on.includes('finding-new') && isNew ? [{ image, kind: 'finding-new' }] : []
}

/** `reference` is `registry/repository:tag` or `registry/repository@digest`, with the registry's name. */
function isAbout({ registries, repositories }: NoticeRule, reference: string): boolean {
  const { registry = '', repository = '' } =
    /^(?<registry>[^/]*)\/(?<repository>.*?)(@sha256:[0-9a-f]+|:[^:/]*)$/.exec(reference)?.groups ?? {}
  const fits = (globs: readonly string[], text: string) =>
    globs.length === 0 || globs.some((glob) => matchesGlob(text, glob))
  return fits(registries, registry) && fits(repositories, repository)
}

function worstFirst(a: Told, b: Told): number {
  return outcomes.indexOf(b.image.to) - outcomes.indexOf(a.image.to) || a.image.position - b.image.position
}

async function notifyOfKev(deps: NotifyDeps): Promise<void> {
  const { store, rules, now } = deps
  const { snapshot, arrivals } = await kevArrivals(await store.notices.state('kev'), store)
  if (snapshot === undefined) return
  const at = now().toISOString()
  const notices = rules
    .filter(({ on }) => on.includes('kev'))
    .flatMap((rule): Notice[] => {
      const fitting = arrivals.filter(({ references }) => references.some((reference) => isAbout(rule, reference)))
      const changes = fitting.slice(0, maxChanges)
      const id = noticeId(rule.name, `kev ${snapshot}`)
      return changes.length === 0 ? [] : [{ id, rule: rule.name, at, changes, more: fitting.length - changes.length }]
    })
  await store.notices.put(notices, { state: { kev: snapshot }, at })
  await sendJobs(notices, deps)
}

export function noticeId(rule: string, run: string): string {
  return createHash('sha256').update(`${rule}\n${run}`).digest('hex').slice(0, 32)
}
