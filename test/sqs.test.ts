import { startFauxqs, type FauxqsServer } from 'fauxqs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { buildImage, pushImage } from './support/build-image.ts'
import { eventually, startHouse, type House } from './support/house.ts'

/** The same main job with Amazon SQS as the queue. */

let emulator: FauxqsServer
let house: House

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  emulator = await startFauxqs({ port: 0, logger: false })
  const sqs = { region: 'us-east-1', endpoint: `http://127.0.0.1:${emulator.port}`, create: true }
  house = await startHouse({ feed: {}, config: { feed: { osv: 'none' }, queue: { kind: 'sqs', sqs } } })
})

afterAll(async () => {
  await house.stop()
  await emulator.stop()
  vi.unstubAllEnvs()
})

test('a pushed image gets its verdict through SQS', async () => {
  const image = await buildImage({ layers: [{ entries: { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' } }] })
  await pushImage(house.client.repository('team/api'), image, '1.0')
  const verdict = await eventually(
    () => house.get<{ outcome?: string }>(`/api/v1/verdict?image=${house.host}/team/api:1.0`),
    ({ body }) => body.outcome !== undefined,
  )
  expect(verdict.body).toMatchObject({ outcome: 'inconclusive', digest: image.descriptor.digest })
})
