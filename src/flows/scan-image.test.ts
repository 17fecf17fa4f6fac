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

test('what is kept of an image has its secrets in none of its parts in full', async () => {
  const image = await buildImage({
    config: { Env: ['DB_PASSWORD=hunter2-of-env'] },
    layers: [
      { entries: { 'root/.netrc': 'machine git.internal login me password hunter2-of-file\n' } },
      {
        entries: [{ path: 'root/.wh..netrc' }],
        createdBy: 'RUN |1 DEPLOY_TOKEN=hunter2-of-build /bin/sh -c rm /root/.netrc # buildkit',
      },
    ],
  })
  const report = await scans.scan('leaky', image)
  expect(report.secrets.map(({ where, path, layer, deletedInLayer }) => [where, path, layer, deletedInLayer])).toEqual([
    ['env', 'DB_PASSWORD', 1, null],
    ['history', '#2', 1, null],
    ['file', 'root/.netrc', 0, 1],
  ])
  expect(report.image.layers[1]?.createdBy).toBe(
    'RUN |1 DEPLOY_TOKEN=hun… (16 characters) /bin/sh -c rm /root/.netrc # buildkit',
  )
  const kept = await scans.store.images.get(image.descriptor.digest)
  expect(JSON.stringify([report, kept])).not.toContain('hunter2')
})

test('what newer catalogers make of an image is told as their doing', async () => {
  const image = await buildImage({
    config: { User: 'app' },
    layers: [{ entries: { 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.1\n' } }],
  })
  const { digest } = image.descriptor
  await scans.scan('read', image)
  const [former] = (await scans.store.verdicts.history(digest, { limit: 1 })).items
  expect(former?.cause).toBe('first scan')

  // As catalogers would have left it that did not see what makes the verdict what it is.
  const stored = (await scans.store.images.get(digest))!
  const unread = { packages: [], labels: {}, checks: [], secrets: [] }
  await scans.store.images.save({ ...stored, ...unread, catalogers: { apk: 0 } })
  await scans.store.verdicts.save({ ...former!, outcome: 'pass', reasons: [], cause: 'policy' })
  await scans.scan('read', image)
  expect((await scans.store.verdicts.history(digest, { limit: 3 })).items.map(({ cause }) => cause)).toEqual([
    'analyser upgraded',
    'policy',
    'first scan',
  ])
})
