import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { request } from 'undici'
import { freePort, startDockerRegistry, type DockerRegistry } from './docker-registry.ts'
import { startFaultProxy, type FaultProxy, type FaultRule } from './fault-proxy.ts'
import { createRegistryClient, type RegistryClient } from '../../src/adapters/registry/client.ts'
import { loadConfig } from '../../src/config.ts'
import { serve } from '../../src/serve.ts'

export const webhookSecret = 'open-sesame'

/** Advisories by path in the layout of the OSV bucket, `npm/CVE-1.json`. */
type FeedFiles = Readonly<Record<string, object>>

export interface HouseOptions {
  readonly feed: FeedFiles
  /** How often the server looks at the feed again; once unless given. */
  readonly feedEvery?: string
  /** `postgres://…`; else an SQLite file. */
  readonly storeUrl?: string
  /** Another registry than the program, which then notifies nobody: `host:port`. */
  readonly against?: { readonly host: string; stop(): Promise<void> }
  /** Faults between tallyman and the registry; its notifications and our own pushes are spared. */
  readonly faults?: readonly FaultRule[]
  /** Laid over the registry's configuration. */
  readonly registry?: Readonly<Record<string, unknown>>
  readonly config?: Readonly<Record<string, unknown>>
}

/** The real registry program, notifying a whole tallyman in this process. */
export interface House {
  readonly registry: Pick<DockerRegistry, 'host' | 'stop'>
  readonly client: RegistryClient
  /** Between tallyman and the registry, where there are faults. */
  readonly proxy: FaultProxy | undefined
  /** As tallyman knows the registry. */
  readonly host: string
  readonly server: string
  readonly directory: string
  /** Replaces the feed's files; a running server sees them at its next look. */
  writeFeed(files: FeedFiles): Promise<void>
  get<T>(path: string): Promise<{ readonly status: number; readonly body: T }>
  post<T>(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ readonly status: number; readonly body: T }>
  stop(): Promise<void>
}

export async function startHouse(options: HouseOptions): Promise<House> {
  const directory = await mkdtemp(join(tmpdir(), 'tallyman-house-'))
  const feedDirectory = join(directory, 'feed')
  const writeFeed = async (files: FeedFiles) => {
    await rm(feedDirectory, { recursive: true, force: true })
    for (const [path, record] of Object.entries(files)) {
      await mkdir(dirname(join(feedDirectory, path)), { recursive: true })
      await writeFile(join(feedDirectory, path), JSON.stringify(record))
    }
  }
  await writeFeed(options.feed)
  const port = await freePort()
  const server = `http://127.0.0.1:${port}`
  const notify = { url: `${server}/webhooks/hub`, headers: { Authorization: `Bearer ${webhookSecret}` } }
  const registry = options.against ?? (await startDockerRegistry({ notify }))
  const proxy = options.faults && (await startFaultProxy(registry.host, options.faults))
  const host = proxy?.host ?? registry.host
  const configFile = join(directory, 'tallyman.yaml')
  await writeFile(configFile, JSON.stringify(configuration({ ...options, port, host, directory, feedDirectory })))
  const stopping = new AbortController()
  const running = serve(
    loadConfig(configFile, {}),
    ['api', 'worker', 'feeds'],
    pino({ level: 'silent' }),
    stopping.signal,
  )
  await Promise.race([isReady(server), running])
  const client = createRegistryClient({ host: registry.host, plainHttp: true, credentials: async () => undefined })

  return {
    registry,
    client,
    proxy,
    host,
    server,
    directory,
    writeFeed,
    get: (path) => exchange(`${server}${path}`, 'GET'),
    post: (path, body, headers) => exchange(`${server}${path}`, 'POST', body, headers),
    stop: async () => {
      stopping.abort()
      await running
      await client.close()
      await proxy?.stop()
      await registry.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface Places {
  readonly port: number
  readonly host: string
  readonly directory: string
  readonly feedDirectory: string
}

function configuration({
  port,
  host,
  directory,
  feedDirectory,
  storeUrl,
  feedEvery = '1d',
  registry,
  config,
}: HouseOptions & Places): object {
  return {
    home: join(directory, 'home'),
    server: { port },
    ...(storeUrl ? { store: { url: storeUrl } } : {}),
    // Walks would add requests that no test expects.
    registries: { hub: { host, plainHttp: true, webhookSecret, sweepEvery: 'never', ...registry } },
    feed: { osv: feedDirectory, every: feedEvery },
    ...config,
  }
}

async function isReady(server: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    const answer = await request(`${server}/readyz`).catch(() => undefined)
    await answer?.body.dump()
    if (answer?.statusCode === 200) return
  }
  throw new Error(`tallyman was not ready at ${server} within 30 s`)
}

async function exchange<T>(url: string, method: 'GET' | 'POST', body?: unknown, headers: Record<string, string> = {}) {
  const answer = await request(url, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  })
  return { status: answer.statusCode, body: (await answer.body.json()) as T }
}

/** Asks again until `done` says yes, for at most `seconds`; returns what was last seen. */
export async function eventually<T>(ask: () => Promise<T>, done: (seen: T) => boolean, seconds = 30): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const seen = await ask()
    if (done(seen) || Date.now() > deadline) return seen
    await sleep(50)
  }
}
