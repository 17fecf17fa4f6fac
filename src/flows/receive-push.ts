import type { Job, Queue } from '../adapters/queue/queue.ts'
import type { Store } from '../adapters/store/store.ts'
import { isIndexType } from '../core/image/media-type.ts'
import type { Notification, Push } from '../core/image/push.ts'
import { canonicalRegistry } from '../core/image/reference.ts'
import { scanJob } from './scan-job.ts'

export interface ReceivePushDeps {
  readonly queue: Pick<Queue, 'send'>
  readonly store: {
    readonly sightings: Pick<Store['sightings'], 'forget'>
    readonly writeBacks: Pick<Store['writeBacks'], 'isOurs'>
  }
  /** Whether there are keys to look for signatures with; without, those that come are dropped. */
  readonly looksForSignatures?: boolean
}

/** The registry whose webhook was called; its secret was checked, so nothing is believed about any other. */
export interface NotifyingRegistry {
  readonly name: string
  readonly host: string
  readonly aliases?: readonly string[]
}

export interface Received {
  /** Jobs that the queue took, and deletions that the store took. */
  readonly accepted: number
  /** How many notifications were dropped, by reason. */
  readonly ignored: Readonly<Record<string, number>>
}

/**
 * A manifest pushed by digest alone is usually one platform of an index, whose own push follows within a second or two and
 * scans them all as one unit of work; scan jobs drop what an index has covered by then. An image that really was pushed
 * by digest alone waits this long.
 */
const childDelaySeconds = 5
/** Tags and lists of referrers are written after the manifest that was notified of. */
const signatureDelaySeconds = 3

/**
 * Takes a body's notifications in: pushes become scan jobs, deletions are forgotten. Durable when it resolves, so answer
 * 2xx only then; QUEUE_UNAVAILABLE or STORE_UNAVAILABLE otherwise, and the sender may send all of it again. Fetches
 * nothing: a notification is a hint, and the job asks the registry what is true.
 */
export async function receivePush(
  registry: NotifyingRegistry,
  notifications: readonly Notification[],
  { queue, store, looksForSignatures = false }: ReceivePushDeps,
): Promise<Received> {
  const jobs = new Map<string, Job>()
  const ignored: Record<string, number> = {}
  let forgotten = 0
  const ignore = (reason: string) => (ignored[reason] = (ignored[reason] ?? 0) + 1)
  const take = (push: Push, job: Job) => {
    if (isElsewhere(push, registry)) ignore('other-registry')
    else if (jobs.has(job.key)) ignore('duplicate')
    else jobs.set(job.key, job)
  }

  for (const notification of notifications) {
    switch (notification.action) {
      case 'ignored':
        ignore(notification.reason)
        break
      case 'delete': {
        const { repository, tag, digest } = notification
        const what = { ...(tag ? { tag } : {}), ...(digest ? { digest } : {}) }
        await store.sightings.forget({ registry: registry.name, repository }, what)
        forgotten += 1
        break
      }
      case 'push': {
        const { push } = notification
        if (await isOurs(push, store)) ignore('own-write-back')
        else take(push, jobOf(registry, push))
        break
      }
      case 'signature': {
        const { push, reason } = notification
        if (looksForSignatures) take(push, signatureJob(registry, push))
        else ignore(reason)
      }
    }
  }

  if (jobs.size > 0) await queue.send([...jobs.values()])
  return { accepted: jobs.size + forgotten, ignored }
}

/** Reports are pushed by digest alone: a push with a tag needs no look into the store. */
async function isOurs({ tag, digest }: Push, { writeBacks }: ReceivePushDeps['store']): Promise<boolean> {
  return tag === undefined && digest !== undefined && writeBacks.isOurs(digest)
}

function jobOf(registry: NotifyingRegistry, push: Push): Job {
  const { repository, tag, digest } = push
  const target = { registry: registry.name, repository, ...(tag ? { tag } : {}), ...(digest ? { digest } : {}) }
  return mayBeChild(push)
    ? scanJob('push', { ...target, mayBeChild: true }, childDelaySeconds)
    : scanJob('push', target)
}

/** Scans what was signed once more: nothing of it is pulled again. */
function signatureJob(registry: NotifyingRegistry, { repository, tag, digest }: Push): Job {
  const target = { registry: registry.name, repository, ...(digest ? { digest } : tag ? { tag } : {}) }
  return scanJob('push', { ...target, signature: true }, signatureDelaySeconds)
}

function mayBeChild({ tag, mediaType }: Push): boolean {
  return tag === undefined && !isIndexType(mediaType ?? '')
}

function isElsewhere({ host }: Push, registry: NotifyingRegistry): boolean {
  if (host === undefined) return false
  return ![registry.host, ...(registry.aliases ?? [])].map(canonicalRegistry).includes(canonicalRegistry(host))
}
