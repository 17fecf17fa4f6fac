import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtInRules } from '../../test/support/rules.ts'
import { startApi, type Api } from '../../test/support/api.ts'
import { runTallyman } from '../../test/support/cli.ts'
import { entry, feed, noon } from '../../test/support/store-records.ts'
import { judgeStored, storeImage, type StoredImage } from '../../test/support/stored-images.ts'
import type { CliActions } from './actions.ts'

let api: Api
let image: StoredImage
let server: string
beforeAll(async () => {
  api = await startApi()
  const transaction = await api.store.feeds.begin()
  await transaction.put('osv', [entry('npm/GHSA-2.json', ['npm minimist'], { aliases: ['CVE-2021-44907'] })])
  await transaction.adopt([feed('osv')], noon)
  image = await storeImage(api.store, 'app')
  await judgeStored(api.store, image.digest)
  await api.store.sightings.observe({ registry: 'hub', repository: 'team/app' }, image.digest, '1.0', noon)
  server = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

const actions = (): Partial<CliActions> => ({
  client: async () => ({ server: null, token: null, ownToken: null, defaultServer: server }),
  withLocal: (_, work) => work({ store: api.store, queue: api.queue, feedPlaces: [], rules: async () => builtInRules }),
})

const explain = (...argv: string[]) => runTallyman(['explain', ...argv], actions())

test('explains from the local store, by digest or by tag', async () => {
  const byDigest = await explain(image.digest, 'CVE-2021-44907')
  expect(byDigest).toMatchObject({ exitCode: 0, stderr: '' })
  expect(byDigest.stdout).toBe(`CVE-2021-44907 in ${image.digest} (linux/amd64), snapshot 1

pkg:npm/minimist@1.2.5: not affected
  GHSA-2 (osv: npm/GHSA-2.json, modified ${noon})
    npm minimist: 1.2.5 is not among the enumerated versions (1)
`)
  expect(await explain('hub/team/app:1.0', 'CVE-2021-44907')).toEqual(byDigest)
})

test('a server says the same', async () => {
  const local = await explain(image.digest, 'GHSA-2', '-o', 'json')
  expect(JSON.parse(local.stdout)).toMatchObject({ schema: 'tallyman.explanation/v1', vulnerability: 'GHSA-2' })
  expect(await explain(image.digest, 'GHSA-2', '-o', 'json', '--server', server)).toEqual(local)
})

test('an image that is not stored, or not named, is said to be so', async () => {
  const unknown = await explain('hub/team/other:1.0', 'CVE-1')
  expect(unknown).toMatchObject({ exitCode: 3, stdout: '' })
  expect(unknown.stderr).toContain('hub/team/other:1.0 is not in the store')
  expect((await explain('app', 'CVE-1')).exitCode).toBe(64)
  const foreign = await api.app.inject(`/api/v1/images/sha256:${'0'.repeat(64)}/findings/CVE-1/explanation`)
  expect(foreign.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
})
