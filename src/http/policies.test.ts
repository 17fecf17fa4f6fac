import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { defaultPolicy } from '../core/policy/default-policy.ts'

let api: Api
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api.close())

const strict = `apiVersion: tallyman.dev/v1
kind: Policy
metadata: { name: strict }
spec:
  vulnerabilities:
    - { name: any, severity: low, action: fail }
`

async function send(method: 'GET' | 'PUT' | 'DELETE', path: string, payload?: string, type = 'application/yaml') {
  const headers = payload === undefined ? {} : { 'content-type': type }
  const answer = await api.app.inject({ method, url: `/api/v1/policies${path}`, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
}

const names = async () => ((await send('GET', '')).body['items'] as { name: string }[]).map(({ name }) => name)
const waiting = async () => (await api.queue.depth()).find(({ lane }) => lane === 'delta')?.waiting

test('a policy is put, shown as it was written, replaced and deleted; images are judged again', async () => {
  expect(await send('GET', '')).toEqual({
    status: 200,
    body: { items: [{ ...defaultPolicy, origin: 'built-in', updatedAt: null, document: null, problem: null }] },
  })
  const put = await send('PUT', '/strict', strict)
  expect(put).toMatchObject({
    status: 200,
    body: {
      name: 'strict',
      origin: 'store',
      document: strict,
      updatedAt: '2026-05-02T12:00:00.000Z',
      problem: null,
      vulnerabilities: [{ name: 'any', severity: 'low', action: 'fail' }],
    },
  })
  expect(await waiting()).toBe(1)
  expect(await send('GET', '/strict')).toEqual(put)
  expect(await names()).toEqual(['default', 'strict'])

  const asJson = JSON.stringify({
    apiVersion: 'tallyman.dev/v1',
    kind: 'Policy',
    metadata: { name: 'strict' },
    spec: { vulnerabilities: [] },
  })
  expect((await send('PUT', '/strict', asJson, 'application/json')).body['vulnerabilities']).toEqual([])
  expect((await send('DELETE', '/strict')).status).toBe(200)
  expect(await names()).toEqual(['default'])
  const versions = (await send('GET', '/strict/versions')).body['items'] as { value: { document: string } }[]
  expect(versions.map(({ value }) => value.document)).toEqual([asJson, strict])
  expect(versions[0]).toMatchObject({ since: '2026-05-02T12:00:00.000Z', until: '2026-05-02T12:00:00.000Z' })
  expect((await send('GET', '/other/versions')).status).toBe(404)
})

test('a policy with mistakes is refused with each of them, and never replaces a valid one', async () => {
  await send('PUT', '/strict', strict)
  const revision = await api.store.policies.revision()
  const wrong = await send('PUT', '/strict', strict.replace('low', 'awful').replace('action: fail', 'action: stop'))
  expect(wrong).toMatchObject({
    status: 422,
    body: {
      code: 'POLICY_INVALID',
      mistakes: [
        { line: 6, column: 30, path: 'spec.vulnerabilities.0.severity', message: expect.stringMatching(/^expected /) },
        { line: 6, column: 45, path: 'spec.vulnerabilities.0.action', message: expect.stringMatching(/^expected /) },
      ],
    },
  })
  expect(await send('PUT', '/strict', '{', 'application/json')).toMatchObject({ status: 422 })
  expect(await send('GET', '/strict')).toMatchObject({ status: 200, body: { document: strict } })
  expect(await api.store.policies.revision()).toBe(revision)
})

test.each([
  ['under another name', 'PUT', '/other', strict, 400, 'REQUEST_INVALID'],
  ['in place of the built-in one', 'PUT', '/default', strict.replace('strict', 'default'), 400, 'REQUEST_INVALID'],
  ['that is empty', 'PUT', '/strict', undefined, 400, 'REQUEST_INVALID'],
] as const)('a policy is refused %s', async (_what, method, path, document, status, code) => {
  expect(await send(method, path, document)).toMatchObject({ status, body: { code } })
  expect(await names()).toEqual(['default'])
})

test('the built-in policy is not deleted, and one that is not there is not found', async () => {
  expect(await send('DELETE', '/default')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  expect(await send('DELETE', '/none')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  expect(await send('GET', '/none')).toMatchObject({ status: 404 })
})

test('a stored policy that this version cannot read is shown with the reason', async () => {
  await api.store.policies.putPolicy({ name: 'old', document: 'kind: Other', fingerprint: 'x' }, '2026-05-01T00:00:00Z')
  expect(await send('GET', '/old')).toMatchObject({
    status: 200,
    body: { document: 'kind: Other', problem: expect.stringContaining('old:1:1: the document: expected the key') },
  })
})
