import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildImage, pushImage } from '../../../test/support/build-image.ts'
import { startFaultProxy } from '../../../test/support/fault-proxy.ts'
import { listen } from '../../../test/support/listen.ts'
import { registryLogin, startRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { testClient } from '../../../test/support/registry-client.ts'
import { identityToken } from '../../../test/support/token-server.ts'
import { staticCredentials } from './credentials.ts'

const signal = AbortSignal.timeout(20_000)
const credentials = staticCredentials(registryLogin)
const image = await buildImage({ layers: [{ entries: { a: 'b' } }] })
let registry: TestRegistry

beforeEach(async () => {
  registry = await startRegistry({ auth: 'token' })
})
afterEach(() => registry.stop())

test('one token serves all requests of a scope, and the registry is asked for its challenge once', async () => {
  const client = testClient(registry.host, { credentials })
  await pushImage(client.repository('team/api'), image, '1.0')
  for (let i = 0; i < 3; i += 1) await client.repository('team/api').manifest('1.0', signal)
  await client
    .repository('team/web')
    .manifest('1.0', signal)
    .catch(() => undefined)
  expect(registry.tokens.requests.map(({ scopes }) => scopes)).toEqual([
    ['repository:team/api:pull,push'],
    ['repository:team/api:pull'],
    ['repository:team/web:pull'],
  ])
  const refusals = registry.requests.filter(({ headers }) => headers.authorization === undefined)
  expect(refusals).toHaveLength(1)
})

test('many requests at once share one token request', async () => {
  const client = testClient(registry.host, { credentials })
  await pushImage(client.repository('team/api'), image, '1.0')
  registry.tokens.requests.length = 0
  const other = testClient(registry.host, { credentials })
  await other
    .repository('team/web')
    .manifest('1.0', signal)
    .catch(() => undefined) // learns the challenge
  registry.tokens.requests.length = 0
  await Promise.all(Array.from({ length: 6 }, () => other.repository('team/api').manifest('1.0', signal)))
  expect(registry.tokens.requests).toHaveLength(1)
})

test('a token that the registry no longer takes is replaced, once', async () => {
  const repository = testClient(registry.host, { credentials }).repository('team/api')
  await pushImage(repository, image, '1.0')
  await repository.manifest('1.0', signal)
  registry.tokens.revokeAll()
  registry.tokens.requests.length = 0
  await repository.manifest('1.0', signal)
  expect(registry.tokens.requests).toHaveLength(1)
})

test('a token that is about to run out is not used any more', async () => {
  registry.tokens.expiresIn = 0.01
  const repository = testClient(registry.host, { credentials }).repository('team/api')
  await pushImage(repository, image, '1.0')
  await repository.manifest('1.0', signal)
  registry.tokens.requests.length = 0
  await new Promise((resolve) => setTimeout(resolve, 20))
  await repository.manifest('1.0', signal)
  expect(registry.tokens.requests).toHaveLength(1)
})

test('without credentials an anonymous token is tried: enough for public images, refused for others', async () => {
  const repository = testClient(registry.host).repository('team/api')
  await expect(repository.manifest('1.0', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    message: `${registry.host} lets nobody do this (repository:team/api:pull) without credentials, and there are none; configure username and password for this registry, or log in with docker`,
  })
  registry.tokens.anonymousPull = true
  await expect(testClient(registry.host).repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    code: 'MANIFEST_UNKNOWN',
  })
})

test('wrong credentials are named, without the secret', async () => {
  const wrong = testClient(registry.host, {
    credentials: staticCredentials({ username: 'robot', password: 'hunter2' }),
  })
  await expect(wrong.repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    message: `the token server ${new URL(registry.tokens.realm).host} refused user robot from the configuration (401); check them`,
  })
  registry.switches.auth = 'basic'
  const basic = testClient(registry.host, {
    credentials: staticCredentials({ username: 'robot', password: 'hunter2' }),
  })
  await expect(basic.repository('team/api').manifest('1.0', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
  })
  expect(registry.requests).toHaveLength(3)
})

test('a password may hold colons, and no credentials are sent before they are asked for', async () => {
  registry.switches.auth = 'basic'
  const repository = testClient(registry.host, { credentials }).repository('team/api')
  await pushImage(repository, image, '1.0')
  await repository.manifest('1.0', signal)
  expect(registry.requests.map(({ headers }) => headers.authorization !== undefined).indexOf(true)).toBe(1)
})

test('missing credentials say what to do', async () => {
  registry.switches.auth = 'basic'
  await expect(testClient(registry.host).repository('a').manifest('1', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    message: `${registry.host} lets nobody do this (repository:a:pull) without credentials, and there are none; configure username and password for this registry, or log in with docker`,
  })
})

test('an identity token is exchanged by POST, or by GET where the server is older', async () => {
  const identity = () => Promise.resolve({ from: 'a helper', identityToken, username: registryLogin.username })
  const repository = () => testClient(registry.host, { credentials: identity }).repository('team/api')
  await expect(repository().manifest('1.0', signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  expect(registry.tokens.requests).toMatchObject([
    {
      method: 'POST',
      form: { grant_type: 'refresh_token', service: 'test', client_id: 'tallyman', scope: 'repository:team/api:pull' },
    },
  ])
  registry.tokens.oauth = false
  await expect(repository().manifest('1.0', signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  expect(registry.tokens.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
})

test('a registry token is sent as it is', async () => {
  const token = () => Promise.resolve({ from: 'a file', registryToken: 'opaque' })
  await expect(
    testClient(registry.host, { credentials: token }).repository('a').manifest('1', signal),
  ).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    message: `${registry.host} does not let the registry token from a file do this (repository:a:pull); check that it may`,
  })
  expect(registry.requests[1]?.headers.authorization).toBe('Bearer opaque')
})

test('our secrets go to no token server at an address that the registry has no business with', async () => {
  for (const realm of [
    'http://169.254.169.254/token',
    'http://10.0.0.1/token',
    'ftp://x/token',
    'http://user:pw@token.example/',
    'nonsense:',
  ]) {
    const front = await listen((_, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x"` }).end()
    })
    await expect(testClient(front.host, { credentials }).repository('a').manifest('1', signal)).rejects.toMatchObject({
      code: 'REGISTRY_PROTOCOL',
    })
    await front.stop()
  }
})

test('a token server that redirects to another origin sends no password there', async () => {
  const seen: (string | undefined)[] = []
  const thief = await listen((request, response) => {
    seen.push(request.headers.authorization)
    response.end(JSON.stringify({ token: 'x' }))
  })
  const realm = await listen((request, response) => {
    seen.push(request.headers.authorization?.slice(0, 5))
    response.writeHead(302, { location: thief.origin }).end()
  })
  const front = await listen((_, response) => {
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm.origin}"` }).end()
  })
  await expect(testClient(front.host, { credentials }).repository('a').manifest('1', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
  })
  expect(seen).toEqual(['Basic', undefined])
  await Promise.all([thief.stop(), realm.stop(), front.stop()])
})

test('a token server that answers nonsense is not believed', async () => {
  for (const body of [
    '',
    'null',
    '{"token":5}',
    '{"token":"a\\r\\nx: y"}',
    JSON.stringify({ token: 'x'.repeat(70_000) }),
  ]) {
    const realm = await listen((_, response) => void response.end(body))
    const front = await listen((_, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm.origin}"` }).end()
    })
    await expect(testClient(front.host, { credentials }).repository('a').manifest('1', signal)).rejects.toMatchObject({
      code: 'REGISTRY_PROTOCOL',
      message: `the token server ${realm.host} answered without a token`,
    })
    await Promise.all([realm.stop(), front.stop()])
  }
})

test('a kind of authentication that we do not have is named as such', async () => {
  const front = await listen((_, response) => void response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end())
  await expect(testClient(front.host).repository('a').manifest('1', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    message: `${front.host} asks for a kind of authentication that is not supported`,
  })
  await front.stop()
})

test('an expired token in the middle of a scan costs one more token and nothing else', async () => {
  const proxy = await startFaultProxy(registry.host)
  const repository = testClient(proxy.host, { credentials }).repository('team/api')
  await pushImage(repository, image, '1.0')
  await repository.manifest('1.0', signal)
  proxy.rules.push({
    path: /blobs/,
    times: 1,
    fault: {
      kind: 'status',
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="${registry.tokens.realm}",service="test",error="invalid_token"` },
    },
  })
  const before = registry.tokens.requests.length
  const [layer] = image.layers
  const bytes: Uint8Array[] = []
  for await (const chunk of repository.blob(layer!.descriptor, signal)) bytes.push(chunk)
  expect(Buffer.concat(bytes)).toEqual(layer!.bytes)
  expect(registry.tokens.requests).toHaveLength(before + 1)
  await proxy.stop()
})
