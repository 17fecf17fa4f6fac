import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage } from '../../test/support/build-image.ts'
import { startLocalScans, type LocalScans } from '../../test/support/local-scans.ts'

let scans: LocalScans
beforeAll(async () => {
  scans = await startLocalScans()
})
afterAll(() => scans.close())

test('an image of another platform than asked for is not scanned in its place', async () => {
  const image = await buildImage({
    platform: { os: 'linux', architecture: 'arm64' },
    layers: [{ entries: { 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.1\n' } }],
  })
  await expect(scans.scan('app', image, 'linux/amd64')).rejects.toMatchObject({
    code: 'PLATFORM_UNKNOWN',
    message: 'app is one image for linux/arm64; there is none for linux/amd64',
  })
  expect(await scans.store.images.get(image.descriptor.digest)).toBeUndefined()
  const report = await scans.scan('app', image, 'linux/arm64/v8')
  expect(report.image.platform).toBe('linux/arm64')
})
