import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { builtInRules } from '../../test/support/rules.ts'
import { entry, feed } from '../../test/support/store-records.ts'
import { storeImage } from '../../test/support/stored-images.ts'
import { digestOf } from '../core/image/digest.ts'
import { judgeAsOfNow } from '../flows/judge-as-of-now.ts'
import { reevaluate } from '../flows/reevaluate.ts'

const april = '2026-04-01T00:00:00.000Z'
const may = '2026-05-01T12:00:00.000Z'
const hub = { registry: 'hub', repository: 'team/app' }
const never = new AbortController().signal

let api: Api
const app = digestOf('app')
beforeAll(async () => {
  api = await startApi()
  const { store } = api
  const judging = (at: string) => ({ store, rules: async () => builtInRules, now: () => new Date(at) })
  const rating = { source: 'osv', severity: 'critical', score: 9.8, vector: null } as const
  const affected = { ecosystem: 'npm', name: 'minimist', versions: ['1.2.5'], ratings: [] }
  const advisory = entry('npm/GHSA-1.json', [], {
    aliases: ['CVE-2026-0001'],
    ratings: [rating],
    affected: [{ ...affected, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }] }],
  })
  const state = feed('osv', { fetched: april, ecosystems: { 'Debian:12': 1, npm: 1 } })
  const first = await store.feeds.begin()
  await first.put('osv', [advisory])
  await first.adopt([state], april)
  await reevaluate('feed', { ...judging(april), announce: async () => {} }, never)

  const second = await store.feeds.begin()
  await second.put('osv', [entry('npm/GHSA-2.json', ['npm nothing'])])
  await second.adopt([{ ...state, fetched: may }], may)
  await storeImage(store, 'app')
  await store.sightings.observe(hub, app, '1.0', may)
  await reevaluate('feed', { ...judging(may), announce: async () => {} }, never, { full: true })
  await judgeAsOfNow(app, judging(may), never)
})
afterAll(() => api.close())

async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await api.app.inject(`/api/v1/${path}`)
  return { status: answer.statusCode, body: answer.json() }
}

test('the gate tells what an image was, and what it would have been known to be', async () => {
  const { status, body } = await get('verdict?image=hub/team/app:1.0&at=1')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    image: 'hub/team/app:1.0',
    digest: app,
    at: { time: '2026-05-01T11:59:59.999Z', snapshot: 1 },
    outcome: 'fail',
    images: [{ platform: 'linux/amd64', stood: null, known: { outcome: 'fail', policy: 'default' }, agree: null }],
  })
  const now = await get(`verdict?image=${app}&at=2026-05-02T00:00:00Z`)
  expect(now.body).toMatchObject({
    at: { snapshot: 2 },
    images: [{ stood: { outcome: 'fail', snapshot: 2 }, known: { outcome: 'fail' }, agree: true, notes: [] }],
  })
  expect((await get(`verdict?image=${app}`)).body).toMatchObject({ complete: true, outcome: 'fail' })
})

test('findings are those of then', async () => {
  const then = await get(`images/${app}/findings?at=2026-04-15`)
  expect(then.body['items']).toMatchObject([
    { vulnerability: 'CVE-2026-0001', fixed: '2.0.0', severity: 'critical', layer: 1, createdBy: 'step 1', kev: false },
  ])
  const [finding] = then.body['items'] as object[]
  const firstSeen = '2026-05-01T11:59:59.999Z'
  expect((await get(`images/${app}/findings?at=1`)).body['items']).toEqual([{ ...finding, firstSeen }])
  expect((await get(`images/${app}/findings?at=2026-03-01`)).body).toEqual({ items: [], next: null })
})

test('each verdict of the history has a number and can be replayed', async () => {
  const { body } = await get(`images/${app}/history`)
  const [item] = body['items'] as { id: number }[]
  expect(item).toMatchObject({ outcome: 'fail', cause: 'first scan', supersededAt: null })
  const replay = await get(`images/${app}/history/${item!.id}/replay`)
  expect(replay.body).toMatchObject({
    result: 'same',
    verdict: item,
    replayed: { outcome: 'fail' },
    inventoriedAnew: null,
  })
  expect(await get(`images/${app}/history/999/replay`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
})

test('what is no moment of the past is refused', async () => {
  expect(await get(`verdict?image=${app}&at=soon`)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  expect(await get(`verdict?image=${app}&at=2999-01-01`)).toMatchObject({ status: 400 })
  expect(await get(`images/${app}/findings?at=99`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  expect(await get(`verdict?image=${digestOf('other')}&at=1`)).toMatchObject({ body: { code: 'NOT_SCANNED' } })
})
