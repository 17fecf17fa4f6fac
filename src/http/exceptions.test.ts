import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { judgeStored, storeImage, storeSnapshot } from '../../test/support/stored-images.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Report } from '../core/report/report.ts'
import type { AppDeps } from './deps.ts'

let api: Api
const opened: Api[] = []
beforeEach(async () => {
  api = await start()
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

async function start(overrides: Partial<AppDeps> = {}): Promise<Api> {
  const started = await startApi(overrides)
  opened.push(started)
  return started
}

function document(name: string, given: Record<string, unknown> = {}): string {
  const spec = {
    vulnerabilities: ['CVE-2026-0001'],
    scope: 'everywhere',
    reason: 'not reachable',
    owner: 'team-web',
    until: '2026-07-01',
    ...given,
  }
  return JSON.stringify({ apiVersion: 'tallyman.dev/v1', kind: 'Exception', metadata: { name }, spec })
}

interface Sent {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Record<string, unknown>
}

async function send(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  payload?: string,
  type = 'application/yaml',
  to: Api = api,
): Promise<Sent> {
  const headers = payload === undefined ? {} : { 'content-type': type }
  const answer = await to.app.inject({ method, url: `/api/v1/exceptions${path}`, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), headers: answer.headers }
}

async function names(query: string): Promise<string[]> {
  return ((await send('GET', query)).body['items'] as { id: string }[]).map(({ id }) => id)
}

async function waiting(): Promise<unknown[]> {
  const signal = new AbortController().signal
  const jobs = await api.queue.receive({ lanes: ['delta'], limit: 10, leaseSeconds: 60, waitSeconds: 0, signal })
  return jobs.map(({ kind, payload }) => [kind, payload])
}

test('an exception is put, listed by its state, and ended; images are judged again each time', async () => {
  const put = await send('PUT', '/openssl', document('openssl'))
  expect(put).toMatchObject({
    status: 200,
    body: {
      id: 'openssl',
      state: 'active',
      vulnerabilities: ['CVE-2026-0001'],
      scopes: [],
      owner: 'team-web',
      approvedBy: 'team-web',
      from: '2026-05-02T12:00:00.000Z',
      until: '2026-07-01T00:00:00.000Z',
      endedAt: null,
    },
  })
  expect(await waiting()).toEqual([['reevaluate', { cause: 'exception openssl' }]])
  await send('PUT', '/soon', document('soon', { until: '2026-05-05' }))
  await send('PUT', '/later', document('later', { from: '2026-06-01' }))
  await send('PUT', '/over', document('over'))
  expect(await send('DELETE', '/over')).toMatchObject({ status: 200, body: { state: 'ended' } })
  expect(await names('')).toEqual(['later', 'openssl', 'over', 'soon'])
  expect(await names('?state=active')).toEqual(['openssl', 'soon'])
  expect(await names('?state=expiring')).toEqual(['soon'])
  expect(await names('?state=pending')).toEqual(['later'])
  expect(await names('?state=ended')).toEqual(['over'])
  expect(await send('GET', '/over')).toMatchObject({ body: { endedAt: '2026-05-02T12:00:00.000Z' } })
  expect((await send('GET', '/none')).status).toBe(404)
  expect((await send('DELETE', '/none')).status).toBe(404)
})

test('the same document again changes nothing', async () => {
  await send('PUT', '/openssl', document('openssl'))
  const revision = await api.store.policies.revision()
  const later = await start({ store: api.store, now: () => new Date('2026-05-03T12:00:00.000Z') })
  expect((await send('PUT', '/openssl', document('openssl'), 'application/json', later)).status).toBe(200)
  expect(await api.store.policies.revision()).toBe(revision)
  await send('PUT', '/openssl', document('openssl', { reason: 'another' }), 'application/json', later)
  expect(await api.store.policies.revision()).toBe(revision + 1)
  expect((await send('GET', '/openssl/versions')).body['items']).toMatchObject([
    { value: { reason: 'another' }, since: '2026-05-03T12:00:00.000Z', until: null },
    { value: { reason: 'not reachable' }, since: '2026-05-02T12:00:00.000Z', until: '2026-05-03T12:00:00.000Z' },
  ])
  expect((await send('GET', '/none/versions')).status).toBe(404)
})

test('mistakes are answered with their places, and change nothing', async () => {
  await send('PUT', '/openssl', document('openssl'))
  const wrong = document('openssl', { until: '2036-01-01', scope: {} })
  expect(await send('PUT', '/openssl', wrong)).toMatchObject({
    status: 422,
    body: {
      code: 'EXCEPTION_INVALID',
      mistakes: [
        { line: 1, column: expect.any(Number), path: 'spec.scope' },
        { line: 1, column: expect.any(Number), path: 'spec.until' },
      ],
    },
  })
  expect(await send('PUT', '/other', document('openssl'))).toMatchObject({ status: 400 })
  expect(await send('GET', '/openssl')).toMatchObject({ body: { until: '2026-07-01T00:00:00.000Z' } })
})

describe('where approval is required', () => {
  beforeEach(async () => {
    api = await start({ exceptions: { maxDays: 365, noticeDays: 7, approval: 'required' } })
  })

  const approve = (by: string) => send('POST', '/openssl/approve', JSON.stringify({ by }), 'application/json')

  test('an exception waits for somebody else than its owner', async () => {
    expect(await send('PUT', '/openssl', document('openssl'))).toMatchObject({ body: { state: 'pending' } })
    expect(await approve('team-web')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
    expect(await approve(' ')).toMatchObject({ status: 400 })
    expect(await approve('security')).toMatchObject({ status: 200, body: { state: 'active', approvedBy: 'security' } })
    expect(await send('PUT', '/openssl', document('openssl'))).toMatchObject({ body: { approvedBy: 'security' } })
  })

  test('a changed one has to be approved anew, and no document approves itself', async () => {
    await send('PUT', '/openssl', document('openssl'))
    await approve('security')
    const wider = document('openssl', { vulnerabilities: ['CVE-2026-0001', 'CVE-2026-0002'] })
    expect(await send('PUT', '/openssl', wider)).toMatchObject({ body: { state: 'pending', approvedBy: null } })
    const own = await send('PUT', '/own', document('own', { approvedBy: 'security' }))
    expect(own).toMatchObject({ status: 422, body: { mistakes: [{ path: 'spec.approvedBy' }] } })
  })
})

describe('import', () => {
  const file = '# unused\nCVE-2026-0001 exp:2026-07-01\nCVE-2026-0002 exp:2026-07-01\nAVD-DS-0002\n'
  const take = (query: string, text = file) => send('POST', `/import?${query}`, text, 'text/plain')
  const dropped = [
    { what: 'line 4: AVD-DS-0002', why: 'it is not the id of a vulnerability or of a check that tallyman has' },
  ]

  test('takes over another tool’s file and says what it leaves', async () => {
    const query = 'format=trivyignore&owner=team-web&registry=hub&repository=team/app,team/web&name=web'
    const { status, body } = await take(query)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      exceptions: [
        {
          id: expect.stringMatching(/^web-/),
          vulnerabilities: ['CVE-2026-0001', 'CVE-2026-0002'],
          scopes: [{ registries: ['hub'], repositories: ['team/app', 'team/web'] }],
          reason: 'unused',
          state: 'active',
        },
      ],
      dropped,
    })
    const revision = await api.store.policies.revision()
    await take(query)
    expect(await api.store.policies.revision()).toBe(revision)
  })

  test('only tells where it is asked to', async () => {
    const { body } = await take('format=trivyignore&owner=a&everywhere=true&dryRun=true')
    expect(body).toMatchObject({ exceptions: [{ scopes: [], state: 'active' }], dropped })
    expect(await names('')).toEqual([])
  })

  test.each([
    ['no scope', 'format=trivyignore&owner=a'],
    ['a scope and everywhere', 'format=trivyignore&owner=a&tag=1&everywhere=true'],
    ['an empty pattern', 'format=trivyignore&owner=a&repository=a,,b'],
    ['an unknown format', 'format=snyk&owner=a&everywhere=true'],
    ['no owner', 'format=trivyignore&everywhere=true'],
    ['an unknown parameter', 'format=trivyignore&owner=a&everywhere=true&approved=true'],
    ['an end that is no time', 'format=trivyignore&owner=a&everywhere=true&until=soon'],
  ])('is refused with %s', async (_what, query) => {
    expect(await take(query)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
    expect(await names('')).toEqual([])
  })

  test('a file of another format is refused, and one that is too large', async () => {
    expect(await take('format=harbor&owner=a&everywhere=true')).toMatchObject({
      status: 422,
      body: { code: 'EXCEPTION_INVALID' },
    })
    const large = `#${'x'.repeat(1024 * 1024)}`
    expect(await take('format=trivyignore&owner=a&everywhere=true', large)).toMatchObject({ status: 413 })
  })
})

describe('export', () => {
  test('is an OpenVEX document of what is in force, and names what it cannot say', async () => {
    expect(await send('GET', '/export')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    await send('PUT', '/wide', document('wide'))
    const scope = { registries: ['hub'], repositories: ['team/app'] }
    await send('PUT', '/narrow', document('narrow', { scope, justification: 'component_not_present' }))
    const { status, body, headers } = await send('GET', '/export?format=openvex&author=security@example.com')
    expect(status).toBe(200)
    expect(headers['x-tallyman-left-out']).toBe('wide')
    expect(body).toMatchObject({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      author: 'security@example.com',
      timestamp: '2026-05-02T12:00:00.000Z',
      statements: [
        {
          vulnerability: { name: 'CVE-2026-0001' },
          products: [{ '@id': 'pkg:oci/app?repository_url=registry.example%3A5000%2Fteam%2Fapp' }],
          status: 'not_affected',
          justification: 'component_not_present',
        },
      ],
    })
  })

  test('of an image is what decides nothing there', async () => {
    await storeSnapshot(api.store)
    const image = await storeImage(api.store, 'app')
    await judgeStored(api.store, image.digest)
    expect((await send('GET', `/export?image=${image.digest}`)).body).toMatchObject({
      detail: 'no finding of the image is suppressed',
    })

    const suppressed = { by: 'vex', reason: 'never called', until: null } as const
    const report = async (digest: Digest) => {
      const whole = (await api.deps.report(digest)) as Report
      return { ...whole, findings: whole.findings.map((finding) => ({ ...finding, suppressed })) }
    }
    const other = await start({ store: api.store, report })
    const { status, body } = await send('GET', `/export?image=${image.digest}`, undefined, undefined, other)
    expect(status).toBe(200)
    const statements = body['statements'] as { status: string; vulnerability: { name: string } }[]
    expect(statements.map((each) => [each.vulnerability.name, each.status])).toEqual([
      ['CVE-2021-44906', 'not_affected'],
      ['CVE-2026-1001', 'not_affected'],
      ['CVE-2026-1002', 'not_affected'],
    ])
    expect((await send('GET', '/export?image=elsewhere.example/a')).status).toBe(422)
  })
})

test('a token that may read changes nothing', async () => {
  api = await start({ tokens: [{ name: 'reader', token: 'r', access: 'read' }] })
  const send = (method: 'GET' | 'PUT' | 'DELETE' | 'POST', url: string) =>
    api.app.inject({ method, url: `/api/v1/${url}`, headers: { authorization: 'Bearer r' } })
  expect((await send('GET', 'exceptions')).statusCode).toBe(200)
  for (const [method, url] of [
    ['PUT', 'exceptions/a'],
    ['DELETE', 'exceptions/a'],
    ['POST', 'exceptions/a/approve'],
    ['POST', 'exceptions/import'],
    ['PUT', 'policies/a'],
    ['DELETE', 'policies/a'],
  ] as const) {
    expect((await send(method, url)).statusCode).toBe(403)
  }
})
