import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, pushImage, type BuiltImage } from './support/build-image.ts'
import { freePort, startDockerRegistry, type DockerRegistry } from './support/docker-registry.ts'
import { eventually } from './support/house.ts'
import { createRegistryClient, type RegistryClient } from '../src/adapters/registry/client.ts'
import { reportArtifactType } from '../src/core/report/referrer.ts'

/** The whole server is killed with SIGKILL again and again while it takes in pushes and scans them; nothing is lost or doubled. */

const kills = 6
const images = 8
const secret = 'open-sesame'
const tallyman = fileURLToPath(new URL('../bin/tallyman', import.meta.url))

let directory: string
let registry: DockerRegistry
let client: RegistryClient
let server: string
let child: ChildProcess | undefined

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-kill-'))
  const port = await freePort()
  server = `http://127.0.0.1:${port}`
  registry = await startDockerRegistry({
    notify: { url: `${server}/webhooks/hub`, headers: { Authorization: `Bearer ${secret}` } },
  })
  client = createRegistryClient({ host: registry.host, plainHttp: true, credentials: async () => undefined })
  await mkdir(join(directory, 'feed/npm'), { recursive: true })
  await writeFile(join(directory, 'feed/npm/CVE-2099-0001.json'), JSON.stringify(advisory))
  const config = {
    home: join(directory, 'home'),
    log: { level: 'silent' },
    server: { port },
    worker: { leaseSeconds: 5 },
    registries: { hub: { host: registry.host, plainHttp: true, webhookSecret: secret } },
    feed: { osv: join(directory, 'feed') },
  }
  await writeFile(join(directory, 'tallyman.yaml'), JSON.stringify(config))
})

afterAll(async () => {
  child?.kill('SIGKILL')
  await client.close()
  await registry.stop()
  await rm(directory, { recursive: true, force: true })
})

const advisory = {
  id: 'CVE-2099-0001',
  modified: '2024-01-01T00:00:00Z',
  affected: [
    { package: { ecosystem: 'npm', name: 'package-3' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] },
  ],
}

/** Two layers of its own beside a shared one, large enough that a kill can come in the middle. */
function image(number: number): Promise<BuiltImage> {
  const manifest = JSON.stringify({ name: `package-${number}`, version: '1.0.0' })
  return buildImage({
    layers: [
      {
        entries: {
          'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.0\n',
          'usr/share/data': Buffer.alloc(4_000_000, 'shared'),
        },
      },
      { entries: { [`app/node_modules/package-${number}/package.json`]: manifest } },
      { entries: { 'app/data': Buffer.alloc(2_000_000, String(number)) }, compression: 'zstd' },
    ],
  })
}

function start(): void {
  child = spawn(tallyman, ['serve', '--config', join(directory, 'tallyman.yaml')], { stdio: 'ignore' })
}

async function kill(): Promise<void> {
  const exit = new Promise((resolve) => child?.once('exit', resolve))
  child?.kill('SIGKILL')
  await exit
}

async function get<T>(path: string): Promise<T | undefined> {
  const answer = await request(`${server}${path}`).catch(() => undefined)
  return answer ? ((await answer.body.json()) as T) : undefined
}

interface Verdict {
  readonly outcome?: string
  readonly complete?: boolean
}

test('killed at random moments, the server ends where an undisturbed one would', async () => {
  const built = await Promise.all(Array.from({ length: images }, (_, number) => image(number)))
  start()
  const pushing = (async () => {
    for (const [number, each] of built.entries()) {
      await pushImage(client.repository(`team/app-${number}`), each, '1.0')
      await sleep(300)
    }
  })()
  for (let count = 0; count < kills; count++) {
    await sleep(400 + Math.random() * 1500)
    await kill()
    start()
  }
  await pushing

  const verdicts = await eventually(
    () => Promise.all(built.map((_, number) => get<Verdict>(`/api/v1/verdict?image=hub/team/app-${number}:1.0`))),
    (seen) => seen.every((verdict) => verdict?.complete),
    60,
  )
  // No alpine package database: incomplete, and so inconclusive, except where a finding decides.
  expect(verdicts.map((verdict) => verdict?.outcome)).toEqual(built.map(() => 'inconclusive'))

  const quiet = await eventually(
    () => get<{ depth: { waiting: number; leased: number }[]; items: unknown[] }>('/api/v1/jobs'),
    (jobs) => jobs?.depth.every(({ waiting, leased }) => waiting + leased === 0) ?? false,
    30,
  )
  expect(quiet?.items).toEqual([])

  const listed = await get<{ items: { digest: string; counts: { unknown: number } }[] }>('/api/v1/images?limit=100')
  expect(listed?.items.map(({ digest }) => digest).sort()).toEqual(
    built.map(({ descriptor }) => descriptor.digest).sort(),
  )
  expect(listed?.items.map(({ counts }) => counts.unknown).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1])

  for (const [number, { descriptor }] of built.entries()) {
    const repository = client.repository(`team/app-${number}`)
    const referrers = await repository.referrers(descriptor.digest, reportArtifactType, AbortSignal.timeout(5000))
    expect(referrers, `referrers of app-${number}`).toHaveLength(1)
  }
}, 120_000)
