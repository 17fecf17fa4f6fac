import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from './adapters/queue/queue.ts'
import type { Config } from './config.ts'
import type { Role } from './cli/actions.ts'
import { TallymanError, asTallymanError } from './errors.ts'
import { refreshFeedsInThread } from './feed-thread.ts'
import { buildReport } from './flows/build-report.ts'
import { deliverNotice } from './flows/deliver-notice.ts'
import { watchExceptions } from './flows/exception-turns.ts'
import { deliverPending, notify, notifyOfHeldFeeds, type NotifyDeps } from './flows/notify.ts'
import { foreseeRebuilds, type ForeseeDeps } from './flows/foresee-rebuilds.ts'
import { createPushGate } from './flows/push-gate.ts'
import { reevaluate } from './flows/reevaluate.ts'
import { reevaluationJob } from './flows/reevaluation-job.ts'
import { runScanJob, type ScanJobDeps } from './flows/scan-job.ts'
import type { Handler } from './flows/run-job.ts'
import { watchDue } from './flows/watch-due.ts'
import { runWorker } from './flows/work.ts'
import { writeBack } from './flows/write-back.ts'
import { createSweeping } from './sweeping.ts'
import type { FastifyInstance } from 'fastify'
import { createApp } from './http/app.ts'
import type { Digest } from './core/image/digest.ts'
import type { Logger } from './log.ts'
import {
  engine,
  feedPlaces,
  isLoopback,
  loadPolicies,
  openRules,
  openBackend,
  openKeys,
  openLayers,
  openNotifier,
  openRegistries,
  type Backend,
  type Registries,
} from './wire.ts'
import { workerMetrics } from './worker-metrics.ts'

/** Everything that the roles of one process share. */
export interface House {
  readonly config: Config
  readonly backend: Backend
  readonly registries: Registries
  readonly log: Logger
  readonly metrics: ReturnType<typeof workerMetrics>
}

/** Runs the given roles until `signal` aborts, then comes to rest: no new work, running jobs finish or go back. */
export async function serve(config: Config, roles: readonly Role[], log: Logger, signal: AbortSignal): Promise<void> {
  checkReachability(config, roles)
  const backend = await openBackend(config)
  const registries = openRegistries(config)
  const house = { config, backend, registries, log, metrics: workerMetrics() }
  const stop = new AbortController()
  const ending = AbortSignal.any([signal, stop.signal])
  // Without any feed the first images would all be inconclusive: the worker waits for it, the queue takes pushes meanwhile.
  const firstFeed = Promise.withResolvers<void>()
  if (!roles.includes('feeds') || (await backend.store.feeds.current())) firstFeed.resolve()
  else if (roles.includes('worker')) log.info('scans wait until the feeds have been read for the first time')
  try {
    const running = [
      ...(roles.includes('api') ? [serveApi(house, ending)] : []),
      ...(roles.includes('worker') ? [firstFeed.promise.then(() => serveWorker(house, ending))] : []),
      ...(roles.includes('feeds') ? [keepFeedsFresh(house, firstFeed.resolve, ending)] : []),
    ]
    // A role that fails takes the others down with it: half a server that looks alive helps nobody.
    await Promise.all(running.map((role) => role.catch((error: unknown) => Promise.reject(stopWith(stop, error)))))
  } finally {
    await registries.close()
    await backend.close()
  }
}

function stopWith(stop: AbortController, error: unknown): unknown {
  stop.abort(error)
  return error
}

function checkReachability({ server }: Config, roles: readonly Role[]): void {
  if (!roles.includes('api') || server.tokens.length > 0 || server.anonymous || isLoopback(server.host)) return
  throw new TallymanError(
    'CONFIG_INVALID',
    `server.host: ${server.host} can be reached by others; declare server.tokens, or set server.anonymous to true if everyone may ask`,
  )
}

async function serveApi({ config, backend, registries, log, metrics }: House, signal: AbortSignal): Promise<void> {
  const { store, queue } = backend
  const policies = loadPolicies(config.policy.file)
  const rules = openRules(policies, store)
  const app = await createApp({
    store,
    queue,
    registries: new Map(
      [...registries.byName].map(
        ([
          name,
          {
            config: { host, aliases, webhookSecrets },
            dialect,
          },
        ]) => [name, { name, host, hosts: [host, ...aliases], dialect, secrets: webhookSecrets }],
      ),
    ),
    tokens: config.server.tokens,
    policies,
    rules,
    exceptions: config.exceptions,
    report: (digest, reference) => buildReport(digest, reference ?? null, { store, engine, rules }),
    feeds: () => store.feeds.current(),
    feedPlaces: feedPlaces(config),
    looksForSignatures: config.signatures.keys.length > 0,
    resolveTag: async (registry, repository, tag, given) => {
      const either = AbortSignal.any([signal, given])
      const { digest } = await registries.named(registry).client.repository(repository).headManifest(tag, either)
      return digest
    },
    log,
    version: engine,
    metrics: metrics.registry,
  })
  await listen(app, config.server)
  await aborted(signal)
  await app.close()
}

/** ADDRESS_UNAVAILABLE: another program has the port, or the host is not one of this machine's. */
async function listen(app: FastifyInstance, { host, port }: Config['server']): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (thrown) {
    const reason = addressProblems[(thrown as NodeJS.ErrnoException).code ?? '']
    if (reason === undefined) throw thrown
    const advice = 'choose another with server.host and server.port'
    throw new TallymanError('ADDRESS_UNAVAILABLE', `cannot listen at ${host}:${port}: ${reason}; ${advice}`)
  }
}

const addressProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program does already',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EACCES: 'this user may not',
}

async function serveWorker(house: House, signal: AbortSignal): Promise<void> {
  const { config, backend, registries, log, metrics } = house
  const { store, queue } = backend
  const layers = openLayers(config)
  const notifier = openNotifier(config)
  const rules = openRules(loadPolicies(config.policy.file), store)
  const notifying = { ...notifyDeps(house), inForce: rules }
  const deps: ScanJobDeps = {
    store,
    layers,
    engine,
    log,
    rules,
    keys: openKeys(config),
    now: () => new Date(),
    validForSeconds: config.report.validForSeconds,
    progress: (line) => log.debug(line),
    repository: (registry, name) => {
      const { client, config } = registries.named(registry)
      return { repository: client.repository(name), writeBack: config.writeBack }
    },
    judged: (images, signal) => notify(images, notifying, signal),
  }
  // What a process before this one did not tell; on a new store, where the telling begins.
  await notify('all', notifying, signal)
  await deliverPending(notifying)
  const sweeping = createSweeping(house)
  const pushes = createPushGate()
  const beforeBulk = (lane: string, work: () => Promise<void>) =>
    lane === 'push' || lane === 'manual' ? pushes.run(work) : work()
  const writesBack = [...registries.byName.values()].some(({ config }) => config.writeBack)
  const announce = async (images: readonly Digest[]): Promise<void> => {
    if (!writesBack) return
    await queue.send([...images, ...(await store.images.indexesOf(images))].map(writeBackJob))
  }
  // The policy may be another one than when this process was last running.
  await queue.send([reevaluationJob('policy')])
  try {
    const { concurrency, leaseSeconds } = config.worker
    const handlers = {
      scan: (payload: unknown, { signal, job }: HandlerContext) =>
        beforeBulk(job.lane, () =>
          job.lane === 'sweep' ? sweeping.scan(payload, deps, signal) : runScanJob(payload, deps, signal),
        ),
      ...sweeping.handlers,
      deliver: (payload: Readonly<Record<string, unknown>>, { signal }: HandlerContext) =>
        deliverNotice(payload, { store, queue, send: notifier.send, now: () => new Date(), log }, signal),
      'write-back': (payload: Readonly<Record<string, unknown>>, { signal }: { signal: AbortSignal }) =>
        writeBackEverywhere(payload['digest'] as Digest, house, deps, signal),
      reevaluate: async (payload: Readonly<Record<string, unknown>>, { signal }: { signal: AbortSignal }) => {
        const cause = typeof payload['cause'] === 'string' ? payload['cause'] : 'feed'
        const counts = await reevaluate(cause, { ...deps, announce, pause: pushes.pause }, signal)
        log.info(counts, 'stored images judged again')
        await notify('all', notifying, signal)
      },
    }
    const options = { queue, handlers, concurrency, leaseSeconds, maxAttempts: config.queue.maxAttempts, log, metrics }
    await Promise.all([
      runWorker(options, signal),
      sweeping.run(() => notify('all', notifying, signal), signal),
      watchDue({ store, queue, log, now: () => new Date() }, signal),
      watchExceptions({ ...notifying, noticeDays: config.exceptions.noticeDays }, log, signal),
      keepForeseeing({ ...deps, pause: pushes.pause }, signal),
    ])
  } finally {
    await layers.close()
    await notifier.close()
  }
}

/** What was judged is looked at so often for what a rebuild of its base would change. */
const FORESEE_SECONDS = 5

/** Beside the queue: a job for each scan would cost as much as the work. */
async function keepForeseeing(deps: ForeseeDeps & Pick<ScanJobDeps, 'log'>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await foreseeRebuilds(deps, signal)
    } catch (thrown) {
      const { code, message } = asTallymanError(thrown)
      if (!signal.aborted)
        deps.log.warn({ code }, `could not tell what rebuilding base images would change: ${message}`)
    }
    await sleep(FORESEE_SECONDS * 1_000, undefined, { signal }).catch(() => undefined)
  }
}

type HandlerContext = Parameters<Handler>[1]

function notifyDeps({ config, backend: { store, queue } }: House): NotifyDeps {
  return { store, queue, rules: config.notifications, now: () => new Date() }
}

/** Registries are slow: re-evaluation only notes what it changed. */
function writeBackJob(digest: Digest): Job {
  return { lane: 'delta', kind: 'write-back', key: `write-back:${digest}`, payload: { digest } }
}

/**
 * After the verdict of an image, or of a platform of an index, has changed without a scan. One registry that is away does not
 * keep the others waiting; the job is tried again for it.
 */
async function writeBackEverywhere(
  digest: Digest,
  { backend: { store }, registries, log }: House,
  deps: ScanJobDeps,
  signal: AbortSignal,
): Promise<void> {
  let away: TallymanError | undefined
  for (const { registry, repository } of await store.sightings.locations(digest)) {
    const declared = registries.byName.get(registry)
    if (!declared?.config.writeBack) continue
    const remote = declared.client.repository(repository)
    try {
      const subject = await remote.headManifest(digest, signal)
      await writeBack(subject, { registry, repository }, remote, deps, signal)
    } catch (thrown) {
      const error = asTallymanError(thrown)
      log.warn(
        { registry, repository, digest, code: error.code },
        `could not write the changed verdict back: ${error.message}`,
      )
      if (error.retry) away = error
    }
  }
  if (away) throw away
}

/** An operator's word on a state that was held back is heard so soon. */
const APPROVAL_SECONDS = 5
/** A feed that could not be read is tried again after this, or its own interval if that is shorter. */
const RETRY_SECONDS = 300

/**
 * Reads the feeds at once and then each on its schedule; a new snapshot sends stored images to be judged again. Never throws:
 * the last good state stays. `firstRead` is told when the first attempt is over.
 */
async function keepFeedsFresh(house: House, firstRead: () => void, signal: AbortSignal): Promise<void> {
  const { feeds } = house.config
  const due = new Map(feeds.map(({ name }) => [name, 0]))
  let failed: ReadonlySet<string> = new Set()
  while (!signal.aborted && feeds.length > 0) {
    const approved = await approvedFeeds(house)
    const now = Date.now()
    const names = feeds
      .filter(({ name }) => due.get(name)! <= now || (approved.has(name) && !failed.has(name)))
      .map(({ name }) => name)
    if (names.length > 0) {
      failed = await refreshDue(house, names, signal)
      for (const { name, everySeconds } of feeds.filter((feed) => names.includes(feed.name))) {
        const seconds = failed.has(name) ? Math.min(everySeconds, RETRY_SECONDS) : everySeconds
        due.set(name, Date.now() + seconds * 1_000)
      }
      firstRead()
    }
    const pause = Math.max(0, Math.min(...due.values()) - Date.now())
    await sleep(Math.min(pause, APPROVAL_SECONDS * 1_000), undefined, { signal }).catch(() => undefined)
  }
  firstRead()
  await aborted(signal)
}

async function approvedFeeds({ backend: { store } }: House): Promise<ReadonlySet<string>> {
  const candidates = await store.feeds.candidates().catch(() => [])
  return new Set(candidates.filter(({ approved }) => approved).map(({ feed }) => feed))
}

/** The feeds that could not be read. */
async function refreshDue(house: House, names: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { config, backend, log } = house
  const { store, queue } = backend
  try {
    const before = await store.feeds.current()
    const { snapshot, failed } = await refreshFeedsInThread(config, names, signal)
    for (const { feed, code, error } of failed) log.error({ feed, code }, `${error}; the last state stays in force`)
    if (snapshot !== null && snapshot !== before?.number) {
      await queue.send([reevaluationJob('feed')])
    }
    await notifyOfHeldFeeds(notifyDeps(house))
    return new Set(failed.map(({ feed }) => feed))
  } catch (thrown) {
    const { code, message } = asTallymanError(thrown)
    if (!signal.aborted) log.error({ code }, `the feeds could not be refreshed: ${message}`)
    return new Set(names)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
