import { expect, test } from 'vitest'
import type { LayerFacts } from '../layer/facts.ts'
import { readBytes, tar, type TestEntry } from '../layer/test-archive.ts'
import { secrets } from '../inventory/secrets.ts'
import { parseImageConfig } from '../image/config.ts'
import type { ImageLayer } from '../inventory/package.ts'
import { findSecrets } from './find-secrets.ts'
import { joined, privateKeyPem, randomText } from './test-secrets.ts'

interface Config {
  readonly env?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly history?: readonly (readonly [createdBy: string, emptyLayer?: boolean])[]
}

const key = { name: 'root/.ssh/id_rsa', body: privateKeyPem() }
const other = { name: 'etc/motd', body: 'hello' }

async function find(layers: readonly (readonly TestEntry[])[], { env = [], labels = {}, history = [] }: Config = {}) {
  const config = parseImageConfig(
    Buffer.from(
      JSON.stringify({
        os: 'linux',
        architecture: 'amd64',
        config: { Env: env, Labels: labels },
        history: history.map(([created_by, empty_layer = false]) => ({ created_by, empty_layer })),
      }),
    ),
  )
  const read: LayerFacts[] = []
  for (const entries of layers) read.push((await readBytes(tar(...entries), { catalogers: [secrets] })).facts)
  return findSecrets({ config, layers: layers.map((): ImageLayer => layer), read })
}

const layer: ImageLayer = {
  digest: `sha256:${'0'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  size: 1,
  diffId: null,
  createdBy: null,
}

const places = (secrets: Awaited<ReturnType<typeof find>>) =>
  secrets.map(({ path, layer, deletedInLayer }) => [path, layer, deletedInLayer])

test('a file with a secret, by its path, line and layer', async () => {
  expect(await find([[other], [key]])).toEqual([
    {
      rule: 'private-key',
      title: 'Private key',
      where: 'file',
      path: 'root/.ssh/id_rsa',
      line: 1,
      layer: 1,
      deletedInLayer: null,
      redacted: `-----BEGIN … (${key.body.trim().length} bytes)`,
    },
  ])
})

test('a file that a later layer deletes can still be read below, and the layer that deleted it is named', async () => {
  const whiteout = { name: 'root/.ssh/.wh.id_rsa' }
  expect(places(await find([[key], [other], [whiteout], [other], [other]]))).toEqual([['root/.ssh/id_rsa', 0, 2]])
})

test('so it is where the directory is deleted, hidden or replaced, or the file is written over', async () => {
  for (const entry of [
    { name: 'root/.wh..ssh' },
    { name: 'root/.ssh/.wh..wh..opq' },
    { name: 'root', body: 'a file' },
    { name: 'root/.ssh/id_rsa', body: 'nothing' },
  ]) {
    expect(places(await find([[other], [key], [other], [entry]]))).toEqual([['root/.ssh/id_rsa', 1, 3]])
  }
})

test('a file that is written again with the same secret is one, of the layer that first had it', async () => {
  expect(places(await find([[key], [key], [other]]))).toEqual([['root/.ssh/id_rsa', 0, null]])
  expect(places(await find([[key], [key], [{ name: 'root/.wh..ssh' }]]))).toEqual([['root/.ssh/id_rsa', 0, 2]])
})

test('a file that was deleted and comes back is two', async () => {
  expect(places(await find([[key], [{ name: 'root/.wh..ssh' }], [key]]))).toEqual([
    ['root/.ssh/id_rsa', 2, null],
    ['root/.ssh/id_rsa', 0, 1],
  ])
})

test('a layer that could not be read hides nothing of the others', async () => {
  const { facts } = await readBytes(tar(key), { catalogers: [secrets] })
  const config = parseImageConfig(Buffer.from('{"os":"linux","architecture":"amd64"}'))
  const found = findSecrets({ config, layers: [layer, layer], read: [facts, { status: 'skipped', reason: 'X' }] })
  expect(places(found)).toEqual([['root/.ssh/id_rsa', 0, null]])
})

test('own layers come before those of the base', async () => {
  const token = `${joined('glp', 'at-')}${randomText(20)}`
  const found = await find([[key], [{ name: 'srv/a', body: token }]], {
    env: [`A=${joined('glp', 'at-')}${randomText(20, undefined, 2)}`],
    history: [['FROM'], ['RUN x']],
  })
  expect(places(found)).toEqual([
    ['A', 1, null],
    ['srv/a', 1, null],
    ['root/.ssh/id_rsa', 0, null],
  ])
})

test('variables that are called like secrets, whatever their values look like', async () => {
  const found = await find([[other]], {
    env: [
      'PATH=/usr/bin',
      'DB_PASSWORD=hunter2',
      'API_KEY=x y z',
      'GITHUB_TOKEN=1a',
      'MYSQLPASSWORD=1234',
      'accessToken=t0p',
    ],
  })
  expect(found.map(({ path }) => path)).toEqual([
    'API_KEY',
    'DB_PASSWORD',
    'GITHUB_TOKEN',
    'MYSQLPASSWORD',
    'accessToken',
  ])
})

test('no variable that only sounds like it, or that only says where a secret is', async () => {
  const env = [
    'GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305',
    'GPG_KEYS=1 2',
    'NODE_PUBLIC_KEY=abc',
    'KEY_SIZE=4096',
    'POSTGRES_PASSWORD_FILE=/run/secrets/db',
    'DB_PASSWORD=/run/secrets/db',
    'DB_PASSWORD=$OTHER',
    'DB_PASSWORD=${OTHER}',
    'DB_PASSWORD=',
    'TOKENIZERS_PARALLELISM=false',
    'KEYCLOAK_VERSION=24',
    'XKB_KEYMAP=us',
    'PASSENGER_APP_ENV=production',
    'ACCESS_LOG=/dev/stdout',
    'MAX_TOKENS=4096',
    'SSH_KEY_PATH=/root/.ssh',
    'KEYSTORE_TYPE=jks',
    'TOKEN_URL=https://auth.example.com/token',
    'SECRET_NAME=prod-db',
    'PYTHON_SHA256=5f1f5ba4e4e9f2e5a3d4b2c3',
  ]
  expect(await find([[other]], { env })).toEqual([])
})

test('passwords in labels', async () => {
  const labels = { 'com.example.db.password': 'hunter2', maintainer: 'me', url: 'https://me:s3cr3t@git.internal/x' }
  expect((await find([[other]], { labels })).map(({ where, path, rule }) => [where, path, rule])).toEqual([
    ['label', 'com.example.db.password', 'secret-in-configuration'],
    ['label', 'url', 'password-in-url'],
  ])
})

test('build instructions, with the arguments that the classic builder and BuildKit leave in them', async () => {
  const found = await find([[other], [other]], {
    history: [
      ['/bin/sh -c #(nop) ADD file:1 in / '],
      ['/bin/sh -c #(nop)  ARG NPM_TOKEN=t0psecret', true],
      ['|1 DEPLOY_TOKEN=abc123 /bin/sh -c npm ci'],
      ['RUN |1 SSH_PASSPHRASE=s3same /bin/sh -c ./build # buildkit', true],
      ['RUN /bin/sh -c curl -u me:s3cr3t https://files.internal/a.tgz # buildkit', true],
      ['RUN /bin/sh -c echo "root:t00r" | chpasswd # buildkit', true],
      ['RUN /bin/sh -c git clone https://me:pa55word@git.internal/x # buildkit', true],
      ['RUN /bin/sh -c mytool --password p4ss --region eu # buildkit', true],
      ["RUN /bin/sh -c key='B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8'; gpg --recv-keys $key # buildkit", true],
      ['RUN /bin/sh -c cat pw | docker login --password-stdin registry.internal # buildkit', true],
      ['RUN /bin/sh -c gpg --recv-keys 7169605F62C751356D054A26A821E680E5FA6305 # buildkit', true],
    ],
  })
  expect(found.map(({ path, layer, rule }) => [path, layer, rule])).toEqual([
    ['#2', 1, 'secret-variable'],
    ['#3', 1, 'secret-variable'],
    ['#4', 1, 'secret-in-configuration'],
    ['#5', 1, 'password-in-command'],
    ['#6', 1, 'password-for-chpasswd'],
    ['#7', 1, 'password-in-url'],
    ['#8', 1, 'secret-option'],
  ])
})

test('what an instruction sets and a variable has is told once, of the layer of the instruction', async () => {
  const found = await find([[other], [other]], {
    env: ['DB_PASSWORD=hunter2', 'SESSION_SECRET=s3cr3t value'],
    history: [
      ['ADD rootfs'],
      ['ENV DB_PASSWORD=hunter2', true],
      ['RUN |1 DB_PASSWORD=hunter2 /bin/sh -c x'],
      ['ENV SESSION_SECRET="s3cr3t value"', true],
    ],
  })
  expect(found.map(({ where, path, layer }) => [where, path, layer])).toEqual([
    ['env', 'DB_PASSWORD', 1],
    ['env', 'SESSION_SECRET', 1],
  ])
})

test('of a history that does not fit the layers, the last layer', async () => {
  const found = await find([[other], [other], [other]], { history: [['ENV DB_PASSWORD=hunter2', true]] })
  expect(places(found)).toEqual([['#1', 2, null]])
})

test('an image with thousands of them has a list of the first thousand', async () => {
  const env = Array.from({ length: 3000 }, (_, index) => `DB_PASSWORD_${index}A=hunter${index}`)
  expect(await find([[other]], { env })).toHaveLength(1000)
})
