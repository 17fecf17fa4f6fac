import { expect, test } from 'vitest'
import { findChallenge } from './challenge.ts'

const hub = {
  scheme: 'bearer',
  realm: 'https://auth.example/token',
  service: 'registry.example',
  scopes: ['repository:team/api:pull,push', 'repository:team/base:pull'],
}

test.each([
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:team/api:pull,push repository:team/base:pull"',
  ],
  [
    'bearer Realm = "https://auth.example/token" , SERVICE=registry.example, error="x", scope="repository:team/api:pull,push repository:team/base:pull"',
  ],
  [
    'Negotiate, Bearer realm="https://auth.example/token",service="registry.example",scope="repository:team/api:pull,push repository:team/base:pull"',
  ],
  [
    'Negotiate abc==, Bearer realm="https://auth.example/token",service="registry.example",scope="repository:team/api:pull,push repository:team/base:pull", Basic realm="x"',
  ],
])('finds the bearer challenge in %s', (header) => {
  expect(findChallenge(header)).toEqual(hub)
})

test('takes the first challenge that can be answered', () => {
  expect(findChallenge(['Negotiate', 'Basic realm="a, b"', 'Bearer realm="https://x/"'])).toEqual({ scheme: 'basic' })
  expect(findChallenge('Bearer realm="a \\"quoted\\" word"')).toEqual({
    scheme: 'bearer',
    realm: 'a "quoted" word',
    service: '',
    scopes: [],
  })
})

test.each([undefined, '', 'Negotiate', 'Bearer', 'Bearer service="x"', ',,,', '="', 'Digest realm="x"'])(
  'finds none in %s',
  (header) => {
    expect(findChallenge(header)).toBeUndefined()
  },
)

test('a hostile header takes no time', () => {
  const started = performance.now()
  findChallenge([
    'a'.repeat(15_000),
    `Bearer ${'a='.repeat(7_000)}`,
    `Bearer realm="${'\\'.repeat(15_000)}`,
    ' ,'.repeat(7_000),
  ])
  expect(performance.now() - started).toBeLessThan(1_000)
})
