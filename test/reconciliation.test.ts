import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, pushImage, type BuiltImage } from './support/build-image.ts'
import { startDockerRegistry, type DockerRegistry } from './support/docker-registry.ts'
import { eventually, startHouse, webhookSecret, type House } from './support/house.ts'
import { createStore } from '../src/adapters/store/create-store.ts'
import type { ImageRecord, ImageSummary, Page } from '../src/adapters/store/records.ts'
import { createEmbeddedQueue } from '../src/adapters/queue/embedded.ts'
import { createRegistryClient } from '../src/adapters/registry/client.ts'
import { reinventoryJob } from '../src/flows/reinventory.ts'

/** What no notification tells: images that were there before, and those that are gone. */

let registry: DockerRegistry
let house: House
let image: BuiltImage

beforeAll(async () => {
  registry = await startDockerRegistry()
  const client = createRegistryClient({ host: registry.host, plainHttp: true, credentials: async () => undefined })
  image = await imageOf('x')
  await pushImage(client.repository('team/old'), image, '1')
  await client.close()
  const config = { worker: { concurrency: 1 } }
  house = await startHouse({ feed: {}, against: registry, registry: { sweepEvery: '1h' }, config })
})
afterAll(() => house.stop())

function imageOf(name: string): Promise<BuiltImage> {
  const manifest = JSON.stringify({ name, version: '1.0.0' })
  return buildImage({
    layers: [{ entries: { [`app/node_modules/${name}/package.json`]: manifest }, createdBy: 'COPY' }],
  })
}

const images = async (query = '') => (await house.get<Page<ImageSummary>>(`/api/v1/images${query}`)).body.items

test('an image that was there before the server is scanned', async () => {
  const listed = await eventually(images, ([first]) => first?.outcome !== undefined)
  expect(listed).toMatchObject([{ digest: image.descriptor.digest, references: ['hub/team/old:1'] }])
})

test('a deleted image leaves the list and keeps its history', async () => {
  const event = { action: 'delete', target: { repository: 'team/old', digest: image.descriptor.digest } }
  const headers = {
    'content-type': 'application/vnd.docker.distribution.events.v2+json',
    authorization: `Bearer ${webhookSecret}`,
  }
  await house.post('/webhooks/hub', { events: [{ id: '1', timestamp: '2026-05-02T12:00:00Z', ...event }] }, headers)
  expect(await images()).toEqual([])
  expect(await images('?live=false')).toMatchObject([{ digest: image.descriptor.digest, references: [] }])
  const history = await house.get<Page<object>>(`/api/v1/images/${image.descriptor.digest}/history`)
  expect(history.body.items).toHaveLength(1)
})

test('when catalogers have newer versions, what lies in the registry is read again, most recently seen first', async () => {
  const client = createRegistryClient({ host: registry.host, plainHttp: true, credentials: async () => undefined })
  const seen: string[] = []
  for (const name of ['earlier', 'later']) {
    const pushed = await imageOf(name)
    await pushImage(client.repository('team/old'), pushed, name)
    await house.post('/api/v1/scans', { image: `hub/team/old:${name}` })
    await eventually(
      () => house.get(`/api/v1/images/${pushed.descriptor.digest}`),
      ({ status }) => status === 200,
    )
    seen.push(pushed.descriptor.digest)
  }
  await client.close()

  const store = await createStore({ url: join(house.directory, 'home', 'tallyman.db') })
  const before = '2026-01-01T00:00:00.000Z'
  await store.db.updateTable('image').set({ catalogers: '{"npm":0}', scanned_at: before }).execute()
  await createEmbeddedQueue({ db: store.db, maxAttempts: 1 }).send([reinventoryJob()])
  await store.close()

  const readAt = async (digest: string) => (await house.get<ImageRecord>(`/api/v1/images/${digest}`)).body.scannedAt
  const [earlier, later] = await eventually(
    () => Promise.all(seen.map(readAt)),
    (times) => times.every((time) => time > before),
  )
  expect(later! > before && earlier! > later!).toBe(true)
  // Nobody can read it any more; what is known of it stays.
  expect(await readAt(image.descriptor.digest)).toBe(before)
})
