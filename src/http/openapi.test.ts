import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>
}

interface OpenApi {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

let api: Api
let document: OpenApi
beforeAll(async () => {
  api = await startApi()
  document = (await api.app.inject('/openapi.json')).json<OpenApi>()
})
afterAll(() => api.close())

const routes = [
  'DELETE /api/v1/exceptions/{id}',
  'DELETE /api/v1/policies/{name}',
  'GET /api/v1/bases',
  'GET /api/v1/changes',
  'GET /api/v1/checks',
  'GET /api/v1/exceptions',
  'GET /api/v1/exceptions/export',
  'GET /api/v1/exceptions/{id}',
  'GET /api/v1/exceptions/{id}/versions',
  'GET /api/v1/feeds',
  'GET /api/v1/feeds/diff',
  'GET /api/v1/images',
  'GET /api/v1/images/{digest}',
  'GET /api/v1/images/{digest}/checks',
  'GET /api/v1/images/{digest}/derived',
  'GET /api/v1/images/{digest}/findings',
  'GET /api/v1/images/{digest}/findings/{vulnerability}/explanation',
  'GET /api/v1/images/{digest}/history',
  'GET /api/v1/images/{digest}/history/{id}/replay',
  'GET /api/v1/images/{digest}/layers',
  'GET /api/v1/images/{digest}/packages',
  'GET /api/v1/images/{digest}/report',
  'GET /api/v1/images/{digest}/secrets',
  'GET /api/v1/jobs',
  'GET /api/v1/notifications',
  'GET /api/v1/packages',
  'GET /api/v1/policies',
  'GET /api/v1/policies/{name}',
  'GET /api/v1/policies/{name}/versions',
  'GET /api/v1/verdict',
  'GET /api/v1/vulnerabilities',
  'GET /api/v1/vulnerabilities/{id}',
  'GET /api/v1/vulnerabilities/{id}/images',
  'GET /healthz',
  'GET /metrics',
  'GET /openapi.json',
  'GET /readyz',
  'OPTIONS /webhooks/{registry}',
  'POST /api/v1/exceptions/import',
  'POST /api/v1/exceptions/{id}/approve',
  'POST /api/v1/feeds/{name}/adopt',
  'POST /api/v1/jobs/replay',
  'POST /api/v1/preview',
  'POST /api/v1/scans',
  'POST /webhooks/{registry}',
  'PUT /api/v1/exceptions/{id}',
  'PUT /api/v1/policies/{name}',
]

function operations(): [route: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
}

test('lists every route', () => {
  const listed = operations().map(([route]) => route)
  expect(listed.sort()).toEqual(routes)
})

test('is OpenAPI 3.1: each operation has a name of its own, a known tag, and a schema for every answer', () => {
  expect(document.openapi).toBe('3.1.0')
  expect(document.info).toMatchObject({ title: 'tallyman', version: '0.0.0' })
  const ids = operations().map(([, { operationId }]) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const tags = new Set(document.tags.map(({ name }) => name))
  const incomplete = operations().filter(([, { operationId, summary, tags: own, responses }]) => {
    const answered = Object.values(responses).every(({ content }) =>
      Object.values(content ?? {}).some(({ schema }) => Object.keys(schema).length > 0),
    )
    return !operationId || !summary || !own.every((tag) => tags.has(tag)) || !answered || !responses['default']
  })
  expect(incomplete).toEqual([])
})

test('has schemas that are JSON Schema, and no reference that leads nowhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target)
  const known = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`))
  expect(references.filter((target) => !known.has(target ?? ''))).toEqual([])
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema(document, 'api')
  const broken = Object.keys(document.components.schemas).filter(
    (name) => !ajv.getSchema(`api#/components/schemas/${name}`),
  )
  expect(broken).toEqual([])
})

test('describes what is answered: the schemas accept real answers', async () => {
  const ajv = new Ajv2020({ strict: false })
  ajv.addSchema(document, 'api')
  const accepts = (name: string, value: unknown) => ajv.getSchema(`api#/components/schemas/${name}`)?.(value)
  expect(accepts('FeedStatus', (await api.app.inject('/api/v1/feeds')).json())).toBe(true)
  expect(accepts('Jobs', (await api.app.inject('/api/v1/jobs')).json())).toBe(true)
  expect(accepts('Problem', (await api.app.inject('/api/v1/verdict?image=x')).json())).toBe(true)
  expect(accepts('Problem', {})).toBe(false)
})

test('docs/api.md names every route', () => {
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  expect(routes.filter((route) => !text.includes(`\`${route}\``))).toEqual([])
})
