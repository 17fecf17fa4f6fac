import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Config, FeedConfig, NotificationConfig, RegistryConfig } from './config.ts'
import { createLayerPool } from './adapters/layers/pool.ts'
import { channels } from './adapters/notifications/channels.ts'
import { createPoster, type Posted } from './adapters/notifications/post.ts'
import { createEmbeddedQueue } from './adapters/queue/embedded.ts'
import { queueMigrations } from './adapters/queue/job-table.ts'
import type { Queue, QueueAdmin } from './adapters/queue/queue.ts'
import { createRegistryClient, type RegistryClient } from './adapters/registry/client.ts'
import { dockerCredentials, staticCredentials } from './adapters/registry/credentials.ts'
import type { Feed } from './adapters/feeds/feed.ts'
import { feedTypes, recognise } from './adapters/feeds/feeds.ts'
import { osvFeed } from './adapters/feeds/osv.ts'
import { createStore } from './adapters/store/create-store.ts'
import type { Store } from './adapters/store/store.ts'
import { dialects } from './adapters/webhooks/dialects.ts'
import type { Dialect } from './adapters/webhooks/dialect.ts'
import type { LayerReader } from './core/layer/facts.ts'
import type { Notice } from './core/notice/notice.ts'
import type { Policy } from './core/policy/policy.ts'
import { parsePolicies } from './core/policy/policy-document.ts'
import type { Rules } from './core/policy/rules.ts'
import { trustedKey, type TrustedKey } from './core/signature/trusted-key.ts'
import { TallymanError } from './errors.ts'
import type { FeedPlace } from './flows/feed-status.ts'
import type { FeedSource } from './flows/refresh-feeds.ts'
import { rulesInForce } from './flows/rules-in-force.ts'
import type { SweptRegistry } from './flows/sweep-registry.ts'

/** The only file that constructs adapters. Each function makes one thing from the configuration. */

/** tallyman's version, from package.json. */
export const engine = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version

const userAgent = `tallyman/${engine}`

export interface Backend {
  readonly store: Store
  readonly queue: Queue & QueueAdmin
  close(): Promise<void>
}

/** Store and queue, migrated. */
export async function openBackend(config: Config): Promise<Backend> {
  const store = await openStore(config)
  try {
    await store.migrate()
    const queue = await openQueue(config, store)
    const close = async () => {
      await queue.close()
      await store.close()
    }
    return { store, queue, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

type OpenedStore = Awaited<ReturnType<typeof createStore>>

export async function openStore({ store }: Config): Promise<OpenedStore> {
  return createStore({ url: store.url, extraMigrations: queueMigrations })
}

async function openQueue({ queue }: Config, store: OpenedStore): Promise<Queue & QueueAdmin> {
  if (queue.kind === 'embedded') return createEmbeddedQueue({ db: store.db, maxAttempts: queue.maxAttempts })
  const { createSqsQueue, ensureSqsQueues } = await import('./adapters/queue/sqs.ts')
  const { create, ...sqs } = queue.sqs
  const options = { ...sqs, maxAttempts: queue.maxAttempts }
  if (create) await ensureSqsQueues(options)
  return createSqsQueue(options)
}

/** A declared registry with what speaks to it and what reads its notifications. */
interface Registry {
  readonly config: RegistryConfig
  readonly client: RegistryClient
  readonly dialect: Dialect
}

/** Declared registries, by name and by every host they are known under. */
export interface Registries {
  readonly byName: ReadonlyMap<string, Registry>
  /** REGISTRY_UNKNOWN. */
  named(name: string): Registry
  /** By name or host; undefined for one that is not declared. */
  find(nameOrHost: string): Registry | undefined
  close(): Promise<void>
}

export function openRegistries(config: Config): Registries {
  const byName = new Map(config.registries.map((registry) => [registry.name, openRegistry(registry)]))
  const find = (nameOrHost: string) =>
    byName.get(nameOrHost) ??
    [...byName.values()].find(({ config: { host, aliases } }) => host === nameOrHost || aliases.includes(nameOrHost))
  const named = (name: string) => {
    const registry = byName.get(name)
    if (registry) return registry
    const declared = [...byName.keys()].join(', ') || 'none'
    throw new TallymanError(
      'REGISTRY_UNKNOWN',
      `no registry named ${name} is declared under "registries" (declared: ${declared})`,
    )
  }
  const close = async () => {
    await Promise.all([...byName.values()].map(({ client }) => client.close()))
  }
  return { byName, named, find, close }
}

function openRegistry(config: RegistryConfig): Registry {
  const dialect = dialects.find(({ name }) => name === config.kind)
  if (!dialect)
    throw new TallymanError('CONFIG_INVALID', `registries.${config.name}.kind: ${config.kind} is not a webhook dialect`)
  return { config, client: registryClient(config), dialect }
}

/** As a walk through it needs to know it. */
export function sweptRegistry({ config, client }: Registry): SweptRegistry {
  const { name, repositories, webhookSecrets } = config
  return { name, client, repositories, notifies: webhookSecrets.length > 0 }
}

type ClientConfig = Pick<RegistryConfig, 'host' | 'plainHttp'> & Partial<RegistryConfig>

/** Also for a host that the operator typed on the command line, which is a declaration of its own. */
export function registryClient(config: ClientConfig): RegistryClient {
  const { host, plainHttp, ca, username, password, dockerConfig, concurrency, requestsPerSecond } = config
  return createRegistryClient({
    host,
    plainHttp,
    userAgent,
    credentials: username && password ? staticCredentials({ username, password }) : dockerCredentials(dockerConfig),
    ...(ca ? { ca } : {}),
    ...(concurrency ? { concurrency } : {}),
    ...(requestsPerSecond ? { requestsPerSecond } : {}),
  })
}

export function openLayers(config: Config): LayerReader {
  const { layerThreads } = config.worker
  return createLayerPool(layerThreads ? { size: layerThreads } : {})
}

/** The configured feeds, or those that are named; none if the configuration says so. */
export function openFeeds({ feeds }: Config, names?: readonly string[]): FeedSource[] {
  return feeds.filter(({ name }) => !names || names.includes(name)).map(openFeed)
}

/** Where the configured feeds lie, as their states say it. */
export function feedPlaces(config: Config): FeedPlace[] {
  return openFeeds(config).map(({ mirrors }) => ({
    feed: mirrors[0]?.name ?? '',
    locations: mirrors.map(({ location }) => location),
  }))
}

function openFeed({ name, kind, locations, ecosystems, maxLoss }: FeedConfig): FeedSource {
  const type = feedTypes.find((each) => each.name === kind)
  if (!type) throw new TallymanError('CONFIG_INVALID', `feeds.${name}.kind: ${kind} is not a kind of feed`)
  const places = locations.length > 0 ? locations : [type.location]
  return { mirrors: places.map((location) => type.open({ name, location, ecosystems, userAgent })), maxLoss }
}

/** OSV records that the operator names for a scan: they are adopted whatever they are. */
export function openFeedAt(location: string): FeedSource {
  return { mirrors: [osvFeed({ location, userAgent })], maxLoss: null }
}

/** A file or folder of any kind of feed, in place of the configured feed of its kind. `maxLoss` null adopts it in any case. */
export async function openImport({ feeds }: Config, path: string, force: boolean) {
  const { type, location } = await recognise(path)
  const { name, ecosystems, maxLoss } = feeds.find(({ kind }) => kind === type.name) ?? {
    name: type.name,
    ecosystems: [],
    maxLoss: 0.2,
  }
  const mirrors: readonly [Feed] = [type.open({ name, location, ecosystems, userAgent })]
  return { mirrors, maxLoss: force ? null : maxLoss }
}

/** Whose signatures count. */
export function openKeys({ signatures }: Config): readonly TrustedKey[] {
  return signatures.keys.map(({ name, pem }) => trustedKey(name, pem))
}

/** Who is told of changes. */
export interface Notifier {
  readonly rules: readonly NotificationConfig[]
  /** One attempt; undefined where no such rule is configured. */
  send(rule: string, notice: Notice, signal: AbortSignal): Promise<Posted | undefined>
  close(): Promise<void>
}

export function openNotifier({ notifications }: Config): Notifier {
  const poster = createPoster(userAgent)
  return {
    rules: notifications,
    async send(rule, notice, signal) {
      const target = notifications.find(({ name }) => name === rule)
      const channel = channels.find(({ name }) => name === target?.kind)
      if (!target || !channel) return undefined
      return poster.post(target.url, channel.request(notice, { secret: target.secret, now: new Date() }), signal)
    },
    close: () => poster.close(),
  }
}

export function readPolicyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new TallymanError('USAGE', `cannot read the policy ${file}: ${(cause as Error).message}`)
  }
}

/** The policies of a file; of none, none. */
export function loadPolicies(file: string | undefined): readonly Policy[] {
  return file === undefined ? [] : parsePolicies(readPolicyFile(file), file)
}

/** What images are judged by: these policies, and what the store has. */
export function openRules(policies: readonly Policy[], store: Store): () => Promise<Rules> {
  return rulesInForce({ store, now: () => new Date() }, policies)
}

/** These policies in place of all others, with the exceptions that the store has. */
export function rulesOf(policies: readonly Policy[], store: Store): () => Promise<Rules> {
  return rulesInForce({ store, now: () => new Date() }, policies, 'alone')
}

/** Nobody but this machine can reach it. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1'
}
