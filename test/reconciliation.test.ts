import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, pushImage, type BuiltImage } from './support/build-image.ts'
import { startDockerRegistry, type DockerRegistry } from './support/docker-registry.ts'
import { eventually, startHouse, webhookSecret, type House } from './support/house.ts'
import type { ImageSummary, Page } from '../src/adapters/store/records.ts'
import { createRegistryClient } from '../src/adapters/registry/client.ts'

/** What no notification tells: images that were there before, and those that are gone. */

let registry: DockerRegistry
let house: House
let image: BuiltImage

beforeAll(async () => {
  registry = await startDockerRegistry()
  const client = createRegistryClient({ host: registry.host, plainHttp: true, credentials: async () => undefined })
  image = await buildImage({
    layers: [{ entries: { 'app/node_modules/x/package.json': '{"name":"x","version":"1.0.0"}' }, createdBy: 'COPY' }],
  })
  await pushImage(client.repository('team/old'), image, '1')
  await client.close()
  house = await startHouse({ feed: {}, against: registry, registry: { sweepEvery: '1h' } })
})
afterAll(() => house.stop())

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
