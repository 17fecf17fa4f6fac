import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildImage, pushImage } from '../../../test/support/build-image.ts'
import { startFaultProxy } from '../../../test/support/fault-proxy.ts'
import { listen } from '../../../test/support/listen.ts'
import { startRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import { nextLink } from './listing.ts'

const signal = AbortSignal.timeout(20_000)
const image = await buildImage({ layers: [] })
const names = Array.from({ length: 7 }, (_, index) => `v${index}`)
let registry: TestRegistry

beforeEach(async () => {
  registry = await startRegistry()
  const client = testClient(registry.host)
  for (const name of names) await pushImage(client.repository('team/api'), image, name)
  await pushImage(client.repository('team/web'), image, '1')
})
afterEach(() => registry.stop())

async function tags(host = registry.host): Promise<string[]> {
  return Array.fromAsync(testClient(host).repository('team/api').tags(signal))
}

describe.each([100, 7, 3, 1])('with pages of %i', (pageSize) => {
  test('every tag is listed once', async () => {
    registry.switches.pageSize = pageSize
    expect(await tags()).toEqual(names)
  })
})

test('a full page without a link has a successor all the same', async () => {
  let asked: string[] = []
  const all = Array.from({ length: 2_500 }, (_, index) => `t${String(index).padStart(4, '0')}`)
  const server = await listen(({ url = '' }, response) => {
    asked = [...asked, url]
    const last = new URL(url, 'http://x').searchParams.get('last')
    const from = last === null ? 0 : all.indexOf(last) + 1
    response.end(JSON.stringify({ tags: all.slice(from, from + 1_000) }))
  })
  expect(await tags(server.host)).toEqual(all)
  expect(asked).toEqual([
    '/v2/team/api/tags/list?n=1000',
    '/v2/team/api/tags/list?n=1000&last=t0999',
    '/v2/team/api/tags/list?n=1000&last=t1999',
  ])
  await server.stop()
})

test('the catalog lists every repository', async () => {
  registry.switches.pageSize = 1
  expect(await Array.fromAsync(testClient(registry.host).catalog(signal))).toEqual(['team/api', 'team/web'])
})

test('an unknown repository has no tags', async () => {
  expect(await Array.fromAsync(testClient(registry.host).repository('team/none').tags(signal))).toEqual([])
})

test('a catalog that is not given is an error that says so', async () => {
  const proxy = await startFaultProxy(registry.host, [{ path: /_catalog/, fault: { kind: 'status', status: 404 } }])
  await expect(Array.fromAsync(testClient(proxy.host).catalog(signal))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `${proxy.host} has no catalog`,
  })
  await proxy.stop()
})

test.each([
  [
    'on another host',
    '<http://elsewhere.example/v2/team/api/tags/list?last=x>; rel="next"',
    'on another host, elsewhere.example',
  ],
  ['with itself', '</v2/team/api/tags/list?n=1000>; rel="next"', 'with the same page again'],
])('a list that goes on %s ends there', async (_, link, problem) => {
  const server = await listen((_, response) => void response.setHeader('link', link).end('{"tags":["a"]}'))
  await expect(tags(server.host)).rejects.toMatchObject({
    code: 'REGISTRY_PROTOCOL',
    message: `${server.host} continues its tags of team/api ${problem}`,
  })
  await server.stop()
})

test.each(['<html>', '[]', 'null', '{"tags":"a"}', '{"tags":[1]}'])(
  'a page of %s is refused or empty, never misread',
  async (body) => {
    const server = await listen((_, response) => void response.end(body))
    const listed = await tags(server.host).catch((error: { code: string }) => error.code)
    expect(['REGISTRY_PROTOCOL', []]).toContainEqual(listed)
    await server.stop()
  },
)

test('names that no URL could be made of are passed over', async () => {
  const server = await listen(
    (_, response) => void response.end('{"tags":["../x","ok",""],"repositories":["../x","ok","A"]}'),
  )
  expect(await tags(server.host)).toEqual(['ok'])
  expect(await Array.fromAsync(testClient(server.host).catalog(signal))).toEqual(['ok'])
  await server.stop()
})

test('reads the next page from Link headers of every kind', () => {
  expect(nextLink('</v2/x?last=a>; rel="next"')).toBe('/v2/x?last=a')
  expect(nextLink('<https://r/v2/x>;rel=next')).toBe('https://r/v2/x')
  expect(nextLink('</a>; rel="prev", </b>; title="t"; rel="next"')).toBe('/b')
  expect(nextLink(['</a>; rel="first"', '</b>; rel="next"'])).toBe('/b')
  expect([undefined, '', '</a>; rel="prev"', '/a; rel="next"', '</a>; rel="nextish"'].map(nextLink)).toEqual(
    Array(5).fill(undefined),
  )
})
