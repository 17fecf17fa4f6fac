import type { Job, Queue } from '../adapters/queue/queue.ts'
import type { RegistryClient, Repository } from '../adapters/registry/client.ts'
import type { Location, SweepCounts, SweepRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import { scanJob } from './scan-job.ts'
import type { Digest } from '../core/image/digest.ts'
import { asTallymanError, type TallymanError } from '../errors.ts'

export interface SweepDeps {
  readonly store: Store
  readonly queue: Pick<Queue, 'send'>
  readonly now: () => Date
  /** What goes on, for people. */
  readonly progress: (line: string) => void
  /** What could not be listed, and is passed over. */
  readonly trouble: (
    error: TallymanError,
    location: { readonly registry: string; readonly repository?: string },
  ) => void
}

export interface SweptRegistry {
  readonly name: string
  readonly client: RegistryClient
  /** Walked through in place of the catalog; none for the catalog. */
  readonly repositories: readonly string[]
  /** Its notifications should have told of every push. */
  readonly notifies: boolean
}

/** `more`: the slice is over, the walk is not. `troubled`: the registry is away or busy, go on later. */
export type SliceEnd = 'done' | 'more' | 'troubled'

/** Tags that hold referrers, signatures or attestations, not images (distribution-spec fallback, cosign). */
const artifactTag = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/
/** A push that was made just before the walk came by: its notification and its scan have so long. */
const graceSeconds = 30

/**
 * Begins a walk through everything that the registry has: its catalog or the declared repositories, and those that are known
 * from pushes. A registry that does not give its catalog is walked through as far as it is known.
 */
export async function beginSweep(registry: SweptRegistry, deps: SweepDeps, signal: AbortSignal): Promise<void> {
  const { store, now } = deps
  const { name } = registry
  const repositories = new Set([...registry.repositories, ...(await store.sightings.repositories(name))])
  if (registry.repositories.length === 0) {
    try {
      for await (const repository of registry.client.catalog(signal)) repositories.add(repository)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asTallymanError(thrown)
      if (error.retry) throw error
      deps.trouble(error, { registry: name })
    }
  }
  await store.sweeps.begin(name, [...repositories], now().toISOString())
}

/**
 * Goes on with the walk for about `budget` requests: tags that are new, moved or never scanned become scan jobs in the sweep
 * lane, what is gone leaves the live set and keeps its history. Where it is is kept in the store, so another process goes on.
 */
export async function sweepSlice(
  registry: SweptRegistry,
  deps: SweepDeps,
  budget: number,
  signal: AbortSignal,
): Promise<SliceEnd> {
  const { store, now, progress } = deps
  const { name, client } = registry
  // What was there before the first walk may be older than the notifications.
  const walkedBefore = typeof (await store.sweeps.of(name))?.lastFinishedAt === 'string'
  const unannounced = registry.notifies && walkedBefore
  let left = budget
  for (;;) {
    const next = await store.sweeps.next(name)
    if (!next) {
      await store.sweeps.finish(name, now().toISOString())
      return 'done'
    }
    if (left <= 0) return 'more'
    signal.throwIfAborted()
    const location = { registry: name, repository: next.repository }
    progress(`${name}/${next.repository}`)
    try {
      const walk = { location, remote: client.repository(next.repository), unannounced, signal }
      left -= await walkRepository(walk, next.afterTag, left, deps)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asTallymanError(thrown)
      deps.trouble(error, location)
      await store.sweeps.advance(location, null, nothing)
      if (error.retry) return 'troubled'
    }
  }
}

/** A registry's slice as a job; one at a time waits. */
export function sweepJob(registry: string, delaySeconds = 0): Job {
  const job = { lane: 'sweep', kind: 'sweep', key: `sweep:${registry}`, payload: { registry } } as const
  return delaySeconds > 0 ? { ...job, delaySeconds } : job
}

/** Whether it is time for the registry's next walk, or one is under way. */
export function isSweepDue(sweep: SweepRecord | undefined, everySeconds: number, now: Date): boolean {
  if (!sweep || sweep.finishedAt === null) return true
  return now.getTime() - Date.parse(sweep.startedAt) >= everySeconds * 1000
}

interface Walk {
  readonly location: Location
  readonly remote: Repository
  /** What is found here, a notification should have told. */
  readonly unannounced: boolean
  readonly signal: AbortSignal
}

const nothing: SweepCounts = { tags: 0, enqueued: 0, forgotten: 0 }

/** Returns how many requests it took. */
async function walkRepository(walk: Walk, after: string | null, budget: number, deps: SweepDeps): Promise<number> {
  const { location, remote, signal } = walk
  const { sweeps } = deps.store
  const listed = new Set<string>()
  for await (const tag of remote.tags(signal)) listed.add(tag)
  const waiting = [...listed].filter((tag) => !artifactTag.test(tag) && (after === null || tag > after)).toSorted()
  const here = waiting.slice(0, Math.max(1, budget))
  const jobs: Job[] = []
  for (const tag of here) jobs.push(...(await lookAtTag(tag, walk, deps)))
  if (jobs.length > 0) await deps.queue.send(jobs)
  const counts = { tags: here.length, enqueued: jobs.length, forgotten: 0 }
  if (here.length < waiting.length) {
    await sweeps.advance(location, here.at(-1) ?? null, counts)
    return 1 + here.length
  }
  const { requests, forgotten } = await forgetWhatIsGone(listed, walk, deps.store)
  await sweeps.advance(location, null, { ...counts, forgotten })
  return 1 + here.length + requests
}

/** A scan, unless the tag points to what it did and that was scanned. */
async function lookAtTag(
  tag: string,
  { location, remote, unannounced, signal }: Walk,
  { store }: SweepDeps,
): Promise<readonly Job[]> {
  const digest = await digestOf(tag, remote, signal)
  if (digest === undefined) return []
  const seen = await store.sightings.resolve(location, tag)
  const asBefore = seen?.digest === digest
  if (asBefore && (await isStored(digest, store))) return []
  const missed = unannounced && !asBefore
  const job = scanJob('sweep', { ...location, tag, digest }, missed ? graceSeconds : undefined)
  return [missed ? { ...job, payload: { ...job.payload, unannounced: true } } : job]
}

async function isStored(digest: Digest, { images }: Store): Promise<boolean> {
  return (
    (await images.get(digest)) !== undefined ||
    (await images.index(digest)) !== undefined ||
    (await images.artifact(digest)) !== undefined
  )
}

/** Only what the registry itself says is not there: a list may be old or cut short. */
async function forgetWhatIsGone(
  listed: ReadonlySet<string>,
  { location, remote, signal }: Walk,
  { sightings }: Store,
): Promise<{ readonly requests: number; readonly forgotten: number }> {
  let requests = 0
  let forgotten = 0
  for (const { tag } of await sightings.tags(location)) {
    if (listed.has(tag)) continue
    requests += 1
    if ((await digestOf(tag, remote, signal)) !== undefined) continue
    await sightings.forget(location, { tag })
    forgotten += 1
  }
  // An index that is gone leaves its images without one: they are asked for too.
  const asked = new Set<Digest>()
  for (let next = await sightings.untagged(location); next.length > 0;) {
    for (const digest of next) {
      asked.add(digest)
      requests += 1
      if ((await digestOf(digest, remote, signal)) !== undefined) continue
      await sightings.forget(location, { digest })
      forgotten += 1
    }
    next = (await sightings.untagged(location)).filter((digest) => !asked.has(digest))
  }
  return { requests, forgotten }
}

/** Undefined where the registry has no such manifest. */
async function digestOf(tagOrDigest: string, remote: Repository, signal: AbortSignal): Promise<Digest | undefined> {
  try {
    return (await remote.headManifest(tagOrDigest, signal)).digest
  } catch (thrown) {
    if (asTallymanError(thrown).code === 'MANIFEST_UNKNOWN') return undefined
    throw thrown
  }
}

/**
 * Whether a scan job of a walk is for a push that no notification has told of: when it runs, at the end of its grace and in
 * the last lane, the push's own job would have been here.
 */
export async function wasMissed(
  payload: Readonly<Record<string, unknown>>,
  { sightings }: Pick<Store, 'sightings'>,
): Promise<boolean> {
  const { registry, repository, tag, digest, unannounced } = payload
  if (unannounced !== true || typeof registry !== 'string' || typeof repository !== 'string') return false
  return typeof tag === 'string' && (await sightings.resolve({ registry, repository }, tag))?.digest !== digest
}
