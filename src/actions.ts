import { basename, resolve } from 'node:path'
import { clientToken, loadConfig, redacted, type Config } from './config.ts'
import { openArchive } from './adapters/archive/archive.ts'
import { openLayout } from './adapters/archive/layout.ts'
import type {
  AdoptRequest,
  CliActions,
  FeedPreviewRequest,
  FeedRequest,
  FeedUpdate,
  RegistryRequest,
  ScanRequest,
  NotificationTest,
} from './cli/actions.ts'
import { parsePlatform } from './core/image/platform.ts'
import { formatReference, parseReference, tagOrDigest } from './core/image/reference.ts'
import { checkPolicies } from './core/policy/policy-document.ts'
import type { IndexReport, Report } from './core/report/report.ts'
import { sampleNotice } from './core/notice/notice.ts'
import { TallymanError } from './errors.ts'
import { buildReport } from './flows/build-report.ts'
import { reevaluationJob } from './flows/reevaluation-job.ts'
import { unreadFeeds } from './flows/feed-status.ts'
import { previewFeed, type FeedPreview } from './flows/preview-feed.ts'
import { refreshFeeds, type FeedSource, type RefreshDeps } from './flows/refresh-feeds.ts'
import { scanImage, type ScanTarget } from './flows/scan-image.ts'
import { syncRegistry } from './flows/sync-registry.ts'
import { createLog } from './log.ts'
import {
  engine,
  feedPlaces,
  isLoopback,
  loadPolicies,
  openRules,
  rulesOf,
  openBackend,
  openFeedAt,
  openFeeds,
  openImport,
  openKeys,
  openLayers,
  openNotifier,
  openRegistries,
  openStore,
  readPolicyFile,
  registryClient,
  sweptRegistry,
} from './wire.ts'

/** What the commands ask for, on the real parts. */
export const actions: CliActions = {
  version: engine,
  serve: async ({ configFile, roles, signal }) => {
    // Only a server needs fastify and prom-client: a scan starts without them.
    const { serve } = await import('./serve.ts')
    const config = loadConfig(configFile ?? undefined)
    return serve(config, roles ?? ['api', 'worker', 'feeds'], createLog(config.log.level), signal)
  },
  scan,
  client: async (configFile) => {
    const { server } = loadConfig(configFile ?? undefined)
    const host = isLoopback(server.host) ? server.host : '127.0.0.1'
    const own = server.tokens.find(({ access }) => access === 'write') ?? server.tokens[0]
    const defaultServer = `http://${host}:${server.port}`
    return { server: null, token: clientToken(), ownToken: own?.token ?? null, defaultServer }
  },
  withLocal: async (configFile, work) => {
    const config = loadConfig(configFile ?? undefined)
    const backend = await openBackend(config)
    try {
      return await work({
        ...backend,
        feedPlaces: feedPlaces(config),
        rules: async () => openRules(loadPolicies(config.policy.file), backend.store)(),
      })
    } finally {
      await backend.close()
    }
  },
  withRules: async (configFile, work) => {
    const config = loadConfig(configFile ?? undefined)
    const backend = await openBackend(config)
    const { store, queue } = backend
    const now = () => new Date()
    const policies = loadPolicies(config.policy.file)
    const hosts = new Map(config.registries.map(({ name, host, aliases }) => [name, [host, ...aliases]]))
    try {
      return await work({
        store,
        queue,
        rules: openRules(policies, store),
        policies: { store, queue, policies, now },
        exceptions: { store, queue, exceptions: config.exceptions, hosts, engine, now },
      })
    } finally {
      await backend.close()
    }
  },
  syncFeeds,
  adoptFeed,
  previewFeed: previewFeedAt,
  checkPolicy: async (file) => checkPolicies(readPolicyFile(file), file),
  checkRegistry: async (request) => {
    const registries = openRegistries(loadConfig(request.configFile ?? undefined))
    try {
      return await registries.named(request.registry).client.ping(request.signal)
    } finally {
      await registries.close()
    }
  },
  syncRegistry: syncDeclared,
  testNotification,
  migrate: async (configFile) => {
    const store = await openStore(loadConfig(configFile ?? undefined))
    try {
      return await store.migrate()
    } finally {
      await store.close()
    }
  },
  config: async (configFile) => redacted(loadConfig(configFile ?? undefined)),
}

async function scan(request: ScanRequest): Promise<Report | IndexReport> {
  const { feed, policyFile, progress, signal } = request
  const config = loadConfig(request.configFile ?? undefined)
  const given = policyFile === null ? undefined : loadPolicies(policyFile)
  const configured = loadPolicies(config.policy.file)
  const { source, close, ...named } = await openTarget(request, config)
  const { store, close: closeBackend } = await openBackend(config)
  const layers = openLayers(config)
  try {
    const now = () => new Date()
    if (feed === null) await tellUnread(config, store, progress)
    const rules = given ? rulesOf(given, store) : openRules(configured, store)
    if (feed && feed !== 'none') await readFeed(feed.directory, config, { store, rules, now }, progress, signal)
    const deps = { store, layers, rules, engine, now, progress, keys: openKeys(config), matching: feed !== 'none' }
    const { root, images, failure } = await scanImage({ source, ...named }, deps, signal)
    if (failure) throw failure
    const all = request.platform === null || request.platform === 'all'
    return await buildReport(
      root.digest,
      named.reference,
      { store, engine, rules },
      all ? undefined : images.map(({ digest }) => digest),
    )
  } finally {
    await layers.close()
    await closeBackend()
    await close()
  }
}

interface OpenTarget extends ScanTarget {
  close(): Promise<void>
}

async function openTarget({ target, platform, signal }: ScanRequest, config: Config): Promise<OpenTarget> {
  const wanted = platformOf(platform)
  switch (target.kind) {
    case 'registry': {
      const registries = openRegistries(config)
      const reference = parseReference(target.reference)
      const declared = registries.find(reference.registry)
      const client = declared?.client ?? registryClient({ host: reference.registry, plainHttp: target.plainHttp })
      return {
        source: client.repository(reference.repository),
        location: { registry: declared?.config.name ?? reference.registry, repository: reference.repository },
        reference: formatReference(reference),
        tag: reference.digest ? null : (reference.tag ?? null),
        tagOrDigest: tagOrDigest(reference),
        platform: wanted,
        close: async () => {
          if (!declared) await client.close()
          await registries.close()
        },
      }
    }
    case 'layout': {
      const layout = await openLayout(target.directory, signal)
      const tag = target.tag ?? (await onlyTag(await layout.references(), target.directory))
      const location = { registry: 'layout', repository: basename(resolve(target.directory)) }
      return {
        source: layout,
        location,
        reference: `${target.directory}:${tag}`,
        tag,
        tagOrDigest: tag,
        platform: wanted,
        close: async () => {},
      }
    }
    case 'archive': {
      const archive = await openArchive(target.file, signal)
      const tag = await onlyTag(await archive.references(), target.file)
      const location = { registry: 'archive', repository: basename(target.file) }
      return {
        source: archive,
        location,
        reference: target.file,
        tag,
        tagOrDigest: tag,
        platform: wanted,
        close: () => archive.close(),
      }
    }
  }
}

/** Without a tag: the only image there is, else `latest`, else a message that lists the choice. */
async function onlyTag(
  references: readonly { readonly tag: string | null; readonly digest: string }[],
  where: string,
): Promise<string> {
  const [first, second] = references
  if (!first) throw new TallymanError('MANIFEST_UNKNOWN', `${where} holds no image`)
  if (!second) return first.tag ?? first.digest
  if (references.some(({ tag }) => tag === 'latest')) return 'latest'
  const choice = references.map(({ tag, digest }) => tag ?? digest).join(', ')
  throw new TallymanError('USAGE', `${where} holds several images, name one: ${choice}`)
}

function platformOf(text: string | null) {
  if (text === null || text === 'all') return null
  const platform = parsePlatform(text)
  if (!platform)
    throw new TallymanError(
      'USAGE',
      `${text} is not a platform: give os/architecture[/variant], for example linux/arm64`,
    )
  return platform
}

/** Scans read what was adopted, whatever is configured by now. */
async function tellUnread(
  config: Config,
  { feeds }: RefreshDeps['store'],
  progress: (line: string) => void,
): Promise<void> {
  const current = await feeds.current()
  for (const { feed, locations, inForce } of unreadFeeds(current?.feeds ?? [], feedPlaces(config))) {
    const places = locations.join(' or ')
    progress(`feed ${feed} is what was read from ${inForce}; ${places} was not read yet: tallyman feed sync`)
  }
}

/** For a scan: the advisories that it is to be held against, whatever was in force before. */
async function readFeed(
  directory: string,
  config: Config,
  deps: Omit<RefreshDeps, 'log'>,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const log = createLog(config.log.level === 'info' ? 'warn' : config.log.level)
  const { snapshot, failed } = await refreshFeeds([openFeedAt(directory)], { ...deps, log }, signal)
  const [failure] = failed
  // What was asked for by name is not replaced by what happens to be in the store.
  if (failure) throw new TallymanError('FEED_UNAVAILABLE', failure.error)
  if (snapshot)
    progress(
      `feed snapshot ${snapshot.number}: ${snapshot.feeds.reduce((sum, { advisories }) => sum + advisories, 0)} advisories`,
    )
}

async function syncFeeds({ directory, force, configFile, signal }: FeedRequest): Promise<FeedUpdate> {
  const config = loadConfig(configFile ?? undefined)
  const sources = directory === null ? openFeeds(config) : [await openImport(config, resolve(directory), force)]
  return updateFeeds(config, sources, async () => {}, signal)
}

async function previewFeedAt({ path, configFile, signal }: FeedPreviewRequest): Promise<FeedPreview> {
  const config = loadConfig(configFile ?? undefined)
  const { mirrors, maxLoss } = await openImport(config, resolve(path), false)
  const { store, close } = await openBackend(config)
  try {
    const rules = openRules(loadPolicies(config.policy.file), store)
    const deps = { store, log: createLog('silent'), rules, now: () => new Date() }
    return await previewFeed(mirrors[0], maxLoss, deps, signal)
  } finally {
    await close()
  }
}

async function adoptFeed({ feed, configFile, signal }: AdoptRequest): Promise<FeedUpdate> {
  const config = loadConfig(configFile ?? undefined)
  const approve = async (store: RefreshDeps['store']) => {
    const { location } = await store.feeds.approve(feed)
    if (config.feeds.some(({ name }) => name === feed)) return
    throw new TallymanError('NOT_FOUND', `feed ${feed} is not configured; import ${location} again with --force`)
  }
  return updateFeeds(config, openFeeds(config, [feed]), approve, signal)
}

/** A new snapshot sends the stored images to be judged again, by the server's workers. */
async function updateFeeds(
  config: Config,
  sources: readonly FeedSource[],
  before: (store: RefreshDeps['store']) => Promise<void>,
  signal: AbortSignal,
): Promise<FeedUpdate> {
  const { store, queue, close } = await openBackend(config)
  try {
    await before(store)
    const former = await store.feeds.current()
    // What is held back is told by the command itself.
    const log = createLog(config.log.level === 'info' ? 'fatal' : config.log.level)
    const rules = openRules(loadPolicies(config.policy.file), store)
    const deps = { store, log, rules, now: () => new Date() }
    const { snapshot, failed, held } = await refreshFeeds(sources, deps, signal)
    const changed = snapshot?.number !== former?.number
    if (changed) {
      await queue.send([reevaluationJob('feed')])
    }
    return { snapshot: snapshot ?? null, changed, failed, held }
  } finally {
    await close()
  }
}

async function syncDeclared({ registry, configFile, progress, signal }: RegistryRequest) {
  const config = loadConfig(configFile ?? undefined)
  const registries = openRegistries(config)
  const swept = sweptRegistry(registries.named(registry))
  const { store, queue, close } = await openBackend(config)
  try {
    const trouble = (error: TallymanError, at: { readonly repository?: string }) =>
      progress(`${[registry, ...(at.repository ? [at.repository] : [])].join('/')}: ${error.message} [${error.code}]`)
    return await syncRegistry(swept, { store, queue, progress, trouble, now: () => new Date() }, signal)
  } finally {
    await close()
    await registries.close()
  }
}

async function testNotification({ rule, configFile, signal }: NotificationTest) {
  const config = loadConfig(configFile ?? undefined)
  const notifier = openNotifier(config)
  try {
    const posted = await notifier.send(rule, sampleNotice(rule, new Date().toISOString()), signal)
    if (posted) return posted
    const declared = config.notifications.map(({ name }) => name).join(', ') || 'none'
    throw new TallymanError('NOT_FOUND', `no ${rule} is declared under "notifications" (declared: ${declared})`)
  } finally {
    await notifier.close()
  }
}
