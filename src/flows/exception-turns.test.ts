import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '../adapters/queue/queue.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Exception } from '../core/policy/exception.ts'
import type { NoticeRule } from './notify.ts'
import { turnExceptions, type TurnDeps } from './exception-turns.ts'

let directory: string
let store: Store
let sent: Job[]
let now: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-exceptions-'))
  store = await createStore({ url: join(directory, 'store.db') })
  await store.migrate()
  sent = []
  now = '2026-05-01T12:00:00.000Z'
})
afterEach(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

const rule: NoticeRule = {
  name: 'team',
  on: ['exception'],
  outcome: 'fail',
  severity: 'high',
  registries: [],
  repositories: [],
}

function deps(...rules: readonly Partial<NoticeRule>[]): TurnDeps {
  const queue = { send: async (jobs: readonly Job[]) => void sent.push(...jobs) }
  const all = rules.map((each) => ({ ...rule, ...each }))
  return { store, queue, rules: all, noticeDays: 7, now: () => new Date(now) }
}

async function put(id: string, given: Partial<Exception> = {}): Promise<void> {
  const exception: Exception = {
    id,
    vulnerabilities: Array.from({ length: 12 }, (_, index) => `CVE-2026-${index}`),
    packages: [],
    checks: [],
    secrets: [],
    scopes: [],
    reason: 'not reachable',
    owner: 'team-web',
    from: now,
    until: '2026-05-20T00:00:00.000Z',
    approvedBy: 'security',
    by: 'exception',
    status: null,
    justification: null,
    ...given,
  }
  await store.policies.putException(exception, now)
}

async function told(): Promise<string[]> {
  const { items } = await store.notices.list({}, { limit: 100 })
  return items.flatMap(({ rule: name, notice: { changes } }) =>
    changes.map((change) => (change.kind === 'exception' ? `${name}: ${change.exception} ${change.what}` : '')),
  )
}

const rejudged = () => sent.filter(({ kind }) => kind === 'reevaluate').map(({ payload }) => payload['cause'])

test('an end is told once ahead, and once when it has come, and then images are judged again', async () => {
  await put('openssl')
  await put('endless', { by: 'vex', until: null })
  await turnExceptions(deps({}))
  expect([await told(), rejudged()]).toEqual([[], []])

  now = '2026-05-14T00:00:01.000Z'
  await turnExceptions(deps({}))
  await turnExceptions(deps({}))
  expect(await told()).toEqual(['team: openssl expiring'])
  const [{ notice } = { notice: undefined }] = (await store.notices.list({}, { limit: 1 })).items
  expect(notice?.changes[0]).toEqual({
    kind: 'exception',
    exception: 'openssl',
    what: 'expiring',
    until: '2026-05-20T00:00:00.000Z',
    owner: 'team-web',
    reason: 'not reachable',
    excepted: Array.from({ length: 10 }, (_, index) => `CVE-2026-${index}`),
    moreExcepted: 2,
  })
  expect(sent.map(({ kind }) => kind)).toEqual(['deliver'])

  now = '2026-05-20T00:00:00.000Z'
  await turnExceptions(deps({}))
  await turnExceptions(deps({}))
  expect(await told()).toEqual(['team: openssl ended', 'team: openssl expiring'])
  expect(rejudged()).toEqual(['exception openssl'])
})

test('an exception that is prolonged is told again when its new end comes near', async () => {
  await put('openssl', { until: '2026-05-05T00:00:00.000Z' })
  await turnExceptions(deps({}))
  await put('openssl', { until: '2026-05-20T00:00:00.000Z' })
  now = '2026-05-06T00:00:00.000Z'
  await turnExceptions(deps({}))
  expect([await told(), rejudged()]).toEqual([['team: openssl expiring'], []])
  now = '2026-05-15T00:00:00.000Z'
  await turnExceptions(deps({}))
  expect(await told()).toEqual(['team: openssl expiring', 'team: openssl expiring'])
})

test('images are judged again when an exception begins, and several turns are one cause', async () => {
  await turnExceptions(deps())
  await put('a', { from: '2026-05-02T00:00:00.000Z' })
  await put('b', { from: '2026-05-03T00:00:00.000Z' })
  await put('c', { from: '2026-05-03T00:00:00.000Z', approvedBy: null })
  await put('d', { until: '2026-05-03T00:00:00.000Z' })
  now = '2026-05-02T12:00:00.000Z'
  await turnExceptions(deps())
  now = '2026-05-03T12:00:00.000Z'
  await turnExceptions(deps())
  expect(rejudged()).toEqual(['exception a', 'exceptions'])
})

test('what somebody ended is neither told nor waited for', async () => {
  await put('openssl', { until: '2026-05-05T00:00:00.000Z' })
  await store.policies.endException('openssl', now)
  await turnExceptions(deps({}))
  now = '2026-05-06T00:00:00.000Z'
  await turnExceptions(deps({}))
  expect([await told(), rejudged()]).toEqual([[], []])
})

test('a rule hears of exceptions that may hold where it looks', async () => {
  await put('everywhere', { until: '2026-05-05T00:00:00.000Z' })
  const until = '2026-05-05T00:00:00.000Z'
  await put('payments', { until, scopes: [{ repositories: ['payments/web', 'shop/web'] }] })
  await put('wide', { until, scopes: [{ registries: ['hub'], repositories: ['pay*/**'] }] })
  await put('shop', { until, scopes: [{ repositories: ['shop/**'] }] })
  await put('elsewhere', { until, scopes: [{ registries: ['other'] }] })
  await turnExceptions(deps({ registries: ['hub'], repositories: ['payments/*'] }, { name: 'deaf', on: ['kev'] }))
  expect(await told()).toEqual(['everywhere', 'payments', 'wide'].map((id) => `team: ${id} expiring`))
})
