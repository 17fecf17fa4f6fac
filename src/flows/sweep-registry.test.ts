import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildImage, buildIndex, pushImage } from '../../test/support/build-image.ts'
import { startDockerRegistry } from '../../test/support/docker-registry.ts'
import { startRegistry, type TestRegistry } from '../../test/support/registry.ts'
import { scan } from '../../test/support/store-records.ts'
import { createRegistryClient, type RegistryClient } from '../adapters/registry/client.ts'
import type { Job } from '../adapters/queue/queue.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { Store } from '../adapters/store/store.ts'
import { digestOf } from '../core/image/digest.ts'
import type { TallymanError } from '../errors.ts'
import { reinventory } from './reinventory.ts'
import { beginSweep, isSweepDue, sweepSlice, wasMissed, type SweepDeps, type SweptRegistry } from './sweep-registry.ts'

const signal = AbortSignal.timeout(60_000)
const now = new Date('2026-05-02T12:00:00.000Z')

let directory: string
let store: Store
let registry: Pick<TestRegistry, 'host' | 'stop'>
let client: RegistryClient
let sent: Job[]
let troubles: TallymanError[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-sweep-'))
  store = await createStore({ url: join(directory, 'store.db') })
  await store.migrate()
  sent = []
  troubles = []
})
afterEach(async () => {
  await client.close()
  await registry.stop()
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

async function against(started: Promise<Pick<TestRegistry, 'host' | 'stop'>>): Promise<void> {
  registry = await started
  client = createRegistryClient({ host: registry.host, plainHttp: true, credentials: async () => undefined })
}

const deps = (): SweepDeps => ({
  store,
  queue: { send: async (jobs) => void sent.push(...jobs) },
  now: () => now,
  progress: () => undefined,
  trouble: (error) => void troubles.push(error),
})
const hub = (rest: Partial<SweptRegistry> = {}): SweptRegistry => ({
  name: 'hub',
  client,
  repositories: [],
  notifies: true,
  ...rest,
})
const push = async (repository: string, tag: string, content = `${repository}:${tag}`) => {
  const image = await buildImage({ layers: [{ entries: { content }, createdBy: 'COPY' }] })
  await pushImage(client.repository(repository), image, tag)
  return image.descriptor.digest
}
const sweep = async (target = hub(), budget = 1_000) => {
  await beginSweep(target, deps(), signal)
  return sweepSlice(target, deps(), budget, signal)
}
const keys = () => sent.splice(0).map(({ key }) => key)

describe.each([
  ['a registry in this process', () => startRegistry({ pageSize: 2 })],
  ['docker-registry', () => startDockerRegistry()],
] as const)('against %s', (_, start) => {
  test(
    'asks for what is new or moved, forgets what is gone, and leaves the rest alone',
    { timeout: 60_000 },
    async () => {
      await against(start())
      const one = await push('team/api', '1')
      const two = await push('team/api', '2')
      const web = await push('web', 'latest')
      await push('web', `sha256-${'0'.repeat(64)}.sig`)

      expect(await sweep()).toBe('done')
      expect(keys()).toEqual([`scan:hub/team/api:1@${one}`, `scan:hub/team/api:2@${two}`, `scan:hub/web:latest@${web}`])
      expect(await store.sweeps.of('hub')).toMatchObject({ repositories: 2, tags: 3, enqueued: 3, forgotten: 0 })

      const scanned = [
        ['team/api', one, '1'],
        ['team/api', two, '2'],
        ['web', web, 'latest'],
      ] as const
      for (const [repository, digest, tag] of scanned) {
        await store.images.saveArtifact(digest, 'stands for a scan')
        await store.sightings.observe({ registry: 'hub', repository }, digest, tag, now.toISOString())
      }
      expect(await sweep()).toBe('done')
      expect(keys()).toEqual([])

      const moved = await push('team/api', '2', 'moved')
      await client.repository('team/api').deleteManifest(one, signal)
      await client.repository('web').deleteManifest(web, signal)
      expect(await sweep()).toBe('done')
      expect(sent).toMatchObject([
        { lane: 'sweep', delaySeconds: 30, payload: { tag: '2', digest: moved, unannounced: true } },
      ])
      expect(await store.sweeps.of('hub')).toMatchObject({ forgotten: 4 })
      expect(await store.sightings.locations(one)).toEqual([])
      expect(await store.sightings.repositories('hub')).toEqual(['team/api'])
    },
  )
})

test('goes on where the last slice ended, in the middle of a repository too', async () => {
  await against(startRegistry())
  const tags = ['a', 'b', 'c', 'd', 'e']
  for (const tag of tags) await push('big', tag)
  await push('small', 'x')

  expect(await sweep(hub(), 2)).toBe('more')
  expect(await store.sweeps.next('hub')).toEqual({ repository: 'big', afterTag: 'b' })
  expect(isSweepDue(await store.sweeps.of('hub'), 3_600, now)).toBe(true)
  const ends: string[] = []
  while (ends.at(-1) !== 'done') ends.push(await sweepSlice(hub(), deps(), 2, signal))
  expect(keys().map((key) => key.replace(/@.*/, ''))).toEqual([
    ...tags.map((tag) => `scan:hub/big:${tag}`),
    'scan:hub/small:x',
  ])
  expect(isSweepDue(await store.sweeps.of('hub'), 3_600, now)).toBe(false)
  expect(isSweepDue(await store.sweeps.of('hub'), 3_600, new Date(now.getTime() + 3_600_000))).toBe(true)
})

test('walks through a declared list, and what is known, where there is no catalog', async () => {
  const here = startRegistry({ auth: 'token' })
  await against(here)
  await store.sightings.observe({ registry: 'hub', repository: 'known' }, digestOf('x'), 'x', now.toISOString())
  await beginSweep(hub(), deps(), signal)
  expect(troubles.map(({ code }) => code)).toEqual(['REGISTRY_UNAUTHORIZED'])
  expect(await store.sweeps.next('hub')).toEqual({ repository: 'known', afterTag: null })
  await beginSweep(hub({ repositories: ['declared'] }), deps(), signal)
  expect(await store.sweeps.next('hub')).toEqual({ repository: 'declared', afterTag: null })
})

test('a repository that cannot be listed is passed over, a registry that is away ends the slice', async () => {
  await against(startRegistry())
  await store.sweeps.begin('hub', ['NO', 'team/api'], now.toISOString())
  await push('team/api', '1')
  expect(await sweepSlice(hub(), deps(), 100, signal)).toBe('done')
  expect(troubles.map(({ code }) => code)).toEqual(['REFERENCE_INVALID'])
  expect(keys()).toHaveLength(1)

  await store.sweeps.begin('hub', ['a', 'b'], now.toISOString())
  await registry.stop()
  const away = createRegistryClient({
    host: registry.host,
    plainHttp: true,
    credentials: async () => undefined,
    retry: { attempts: 1, baseMs: 1 },
  })
  expect(await sweepSlice(hub({ client: away }), deps(), 100, signal)).toBe('troubled')
  expect(await store.sweeps.next('hub')).toEqual({ repository: 'b', afterTag: null })
  await away.close()
})

test('a push counts as missed unless its notification was here meanwhile', async () => {
  await against(startRegistry())
  const digest = digestOf('pushed')
  const place = { registry: 'hub', repository: 'team/api' }
  const payload = { ...place, tag: '1', digest, unannounced: true }
  expect(await wasMissed(payload, store)).toBe(true)
  expect(await wasMissed({ ...place, tag: '1', digest }, store)).toBe(false)
  await store.sightings.observe(place, digest, '1', now.toISOString())
  expect(await wasMissed(payload, store)).toBe(false)
})

test('images that older catalogers have read are read again, most recently seen first, by their index', async () => {
  await against(startRegistry())
  const old = await buildImage({ layers: [{ entries: { a: 'a' }, createdBy: 'x' }] })
  const inIndex = await buildImage({ layers: [{ entries: { b: 'b' }, createdBy: 'x' }] })
  const index = buildIndex([{ image: inIndex }])
  for (const { descriptor } of [old, inIndex]) await store.images.save(scan('x', [], { digest: descriptor.digest }))
  const root = index.descriptor.digest
  const children = [{ digest: inIndex.descriptor.digest, platform: 'linux/amd64' }]
  await store.images.saveIndex({ digest: root, mediaType: index.descriptor.mediaType, children })
  const place = { registry: 'hub', repository: 'team/api' }
  await store.sightings.observe(place, old.descriptor.digest, '1', '2026-05-01T00:00:00.000Z')
  for (const digest of [root, inIndex.descriptor.digest]) {
    await store.sightings.observe(place, digest, null, '2026-05-02T00:00:00.000Z')
  }
  const isDeclared = (name: string) => name === 'hub'
  expect(await reinventory({}, { store, queue: deps().queue, isDeclared })).toBe(2)
  expect(keys()).toEqual([`scan:hub/team/api@${root}`, `scan:hub/team/api@${old.descriptor.digest}`])
  expect(await reinventory({}, { store, queue: deps().queue, isDeclared: () => false })).toBe(0)
})
