import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { runTallyman } from '../../test/support/cli.ts'
import { builtInRules } from '../../test/support/rules.ts'
import { storeImage, storeSnapshot } from '../../test/support/stored-images.ts'
import { digestOf } from '../core/image/digest.ts'
import { readyRules } from '../core/policy/rules.ts'
import { judgeImage } from '../flows/judge-image.ts'
import { exception } from '../../test/support/policy-records.ts'
import type { CliActions } from './actions.ts'

const hub = { registry: 'hub', repository: 'team/app' }
const app = digestOf('app')
const morning = '2026-05-02T10:00:00.000Z'
const noon = '2026-05-02T11:00:00.000Z'

let api: Api
let server: string
beforeAll(async () => {
  api = await startApi()
  const { store } = api
  await storeSnapshot(store)
  await storeImage(store, 'app')
  const excepting = readyRules({
    policies: [],
    exceptions: [exception('one', { checks: ['CIS-DI-0001'], vulnerabilities: ['CVE-2021-44906', 'CVE-2026-1001'] })],
  })
  for (const [rules, at] of [
    [builtInRules, morning],
    [excepting, noon],
  ] as const) {
    const now = () => new Date(at)
    await judgeImage(app, await store.feeds.current(), 'policy', { store, rules: async () => rules, now })
  }
  await store.sightings.observe(hub, app, '1.0', morning)
  server = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

const actions = (): Partial<CliActions> => ({
  client: async () => ({ server: null, token: null, ownToken: null, defaultServer: server }),
  withLocal: (_, work) => work({ store: api.store, queue: api.queue, feedPlaces: [], rules: async () => builtInRules }),
})

test('lists what an image was judged to be, from the local store and from a server alike', async () => {
  const local = await runTallyman(['history', 'hub/team/app:1.0', '--replay'], actions())
  expect(local.stderr).toBe('')
  expect(local.stdout.split('\n').map((line) => line.trim())).toEqual([
    `linux/amd64 (${app})`,
    'ID  SINCE                     UNTIL                     VERDICT  SNAPSHOT  WHY         POLICY   REPLAYED',
    expect.stringMatching(/^2 {2}2026-05-02T11:00:00.000Z  -  .*  1  policy  .*default  the same$/),
    expect.stringMatching(/^1 {2}2026-05-02T10:00:00.000Z  2026-05-02T11:00:00.000Z  fail .*first scan.*the same$/),
    '2 verdicts',
    '',
  ])
  expect(await runTallyman(['history', app, '--replay', '--server', server], actions())).toEqual(local)
  expect(local.exitCode).toBe(0)
  const json = JSON.parse(
    (await runTallyman(['history', app, '-o', 'json', '--limit', '1'], actions())).stdout,
  ) as object
  expect(json).toMatchObject({ images: [{ digest: app, items: [{ verdict: { id: 2, cause: 'policy' } }] }] })
})

test('a verdict as of a past time says what stood, what would have been known, and how they differ', async () => {
  const at = '2026-05-02T10:30:00Z'
  const { stdout, exitCode } = await runTallyman(['verdict', 'hub/team/app:1.0', '--at', at], actions())
  expect(exitCode).toBe(1)
  expect(stdout).toContain('As of 2026-05-02T10:30:00.000Z, snapshot 1:')
  expect(stdout).toContain('it stood at FAIL by policy default; since 2026-05-02T10:00:00.000Z (first scan)')
  expect(stdout).toContain('known today, it would have been')
  expect(stdout).toContain('the two differ')
  const before = await runTallyman(['verdict', app, '--at', '2026-05-02T09:30:00Z'], actions())
  expect(before.stdout).toContain('it had no verdict')
  expect(await runTallyman(['verdict', app, '--at', '7'], actions())).toMatchObject({
    exitCode: 3,
    stderr: 'error: there never was a snapshot 7 [NOT_FOUND]\n',
  })
  expect(await runTallyman(['verdict', app, '--at', '1', '-o', 'sarif'], actions())).toMatchObject({
    exitCode: 64,
    stdout: '',
    stderr: expect.stringContaining('with --at a verdict is printed as table or json, not as sarif'),
  })
})
