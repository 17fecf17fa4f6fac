import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dockerCredentials } from './credentials.ts'

let directory: string
let path: string | undefined

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'docker-config-'))
  path = process.env.PATH
  process.env.PATH = `${directory}:${path}`
  await program(
    'good',
    'read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"for $server\\",\\"Secret\\":\\"s:1\\"}"',
  )
  await program('token', 'cat >/dev/null; echo \'{"Username":"<token>","Secret":"refresh"}\'')
  await program('empty', 'echo "credentials not found in native keychain"; exit 1')
  await program('broken', 'echo secret; exit 3')
  await program('silent', 'exit 0')
})
afterAll(async () => {
  process.env.PATH = path
  await rm(directory, { recursive: true })
})

async function program(name: string, script: string): Promise<void> {
  const file = join(directory, `docker-credential-${name}`)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

async function lookUp(host: string, config: unknown): Promise<unknown> {
  const file = join(directory, `${crypto.randomUUID()}.json`)
  await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config))
  const { from, ...found } = (await dockerCredentials(file)(host)) ?? { from: 'nowhere' }
  return from === 'nowhere' ? undefined : found
}

const auth = (pair: string) => ({ auth: Buffer.from(pair).toString('base64') })

test.each<[string, string, unknown, unknown]>([
  [
    'a password with colons and padding',
    'a.example',
    { auths: { 'a.example': auth('u:p:w\0\0') } },
    { username: 'u', password: 'p:w' },
  ],
  [
    'separate fields',
    'a.example',
    { auths: { 'a.example': { username: 'u', password: 'p' } } },
    { username: 'u', password: 'p' },
  ],
  ['the port as part of the host', 'a.example:5000', { auths: { 'a.example': auth('u:p') } }, undefined],
  [
    'an old key with scheme and path',
    'a.example:5000',
    { auths: { 'https://a.example:5000/v1/': auth('u:p') } },
    { username: 'u', password: 'p' },
  ],
  ['no prefix of another host', 'a.example', { auths: { 'a.example.evil': auth('u:p') } }, undefined],
  [
    'Docker Hub by its first API',
    'docker.io',
    { auths: { 'https://index.docker.io/v1/': auth('u:p') } },
    { username: 'u', password: 'p' },
  ],
  [
    'Docker Hub by another of its names',
    'docker.io',
    { auths: { 'index.docker.io': auth('u:p') } },
    { username: 'u', password: 'p' },
  ],
  [
    'an identity token',
    'a.example',
    { auths: { 'a.example': { ...auth('u:'), identitytoken: 't' } } },
    { identityToken: 't', username: 'u' },
  ],
  ['a registry token', 'a.example', { auths: { 'a.example': { registrytoken: 't' } } }, { registryToken: 't' }],
  ['an empty entry', 'a.example', { auths: { 'a.example': {} } }, undefined],
  ['nothing at all', 'a.example', {}, undefined],
  [
    'the helper of the host',
    'a.example',
    { credHelpers: { 'a.example': 'good' }, credsStore: 'broken' },
    { username: 'for a.example', password: 's:1' },
  ],
  [
    'the general helper',
    'docker.io',
    { credsStore: 'good' },
    { username: 'for https://index.docker.io/v1/', password: 's:1' },
  ],
  ['a helper with an identity token', 'a.example', { credsStore: 'token' }, { identityToken: 'refresh' }],
  [
    'a helper that has none',
    'a.example',
    { credHelpers: { 'a.example': 'empty' }, auths: { 'a.example': auth('u:p') } },
    undefined,
  ],
  [
    'auths, where the general helper has none',
    'a.example',
    { credsStore: 'empty', auths: { 'a.example': auth('u:p') } },
    { username: 'u', password: 'p' },
  ],
])('finds %s', async (_, host, config, expected) => {
  expect(await lookUp(host, config)).toEqual(expected)
})

test.each<[string, unknown, RegExp]>([
  ['a file that is not JSON', '{"auths": secret', /are not a JSON object$/],
  ['an entry that is not base64 of a pair', { auths: { a: { auth: 'AAAA' } } }, /is not base64 of user:password$/],
  ['a helper that fails', { credsStore: 'broken' }, /docker-credential-broken failed: it ended with code 3$/],
  [
    'a helper that says nothing',
    { credsStore: 'silent' },
    /docker-credential-silent did not answer with Username and Secret$/,
  ],
  [
    'a helper that is not there',
    { credsStore: 'nowhere' },
    /docker-credential-nowhere failed: there is no such program on the PATH$/,
  ],
  ['a helper that is a path', { credsStore: '../../bin/sh' }, /names the credential helper "..\/..\/bin\/sh"$/],
])('%s is a mistake in the configuration, told without secrets', async (_, config, message) => {
  await expect(lookUp('a', config)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(message),
  })
  await expect(lookUp('a', config)).rejects.not.toThrow(/secret/)
})

test('no file is no credentials', async () => {
  expect(await dockerCredentials(join(directory, 'none.json'))('a')).toBeUndefined()
  expect(await dockerCredentials(undefined)('a')).toBeUndefined()
})
