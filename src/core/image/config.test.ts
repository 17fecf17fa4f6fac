import { expect, test } from 'vitest'
import { parseImageConfig } from './config.ts'
import { imageLayers } from './layers.ts'
import type { ImageManifest } from './manifest.ts'
import { mediaTypes } from './media-type.ts'

const digests = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}` as const)

function parse(body: unknown) {
  return parseImageConfig(Buffer.from(JSON.stringify(body)))
}

const nothing = {
  platform: { os: '', architecture: '' },
  created: null,
  author: null,
  run: {
    user: '',
    exposedPorts: [],
    env: [],
    entrypoint: [],
    cmd: [],
    volumes: [],
    workingDir: '',
    labels: {},
    stopSignal: null,
    shell: [],
    onBuild: [],
    healthcheck: null,
  },
  diffIds: [],
  history: [],
}

test('reads everything that a builder writes', () => {
  const config = parse({
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    created: '2024-01-01T00:00:00Z',
    author: 'someone',
    config: {
      User: 'app:app',
      ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
      Env: ['PATH=/bin'],
      Entrypoint: ['/app'],
      Cmd: ['--serve'],
      Volumes: { '/data': {} },
      WorkingDir: '/srv',
      Labels: { a: 'b' },
      StopSignal: 'SIGINT',
      Shell: ['/bin/sh', '-c'],
      OnBuild: ['RUN x'],
      Healthcheck: { Test: ['CMD', 'true'], Interval: 1 },
      Domainname: 'ignored',
    },
    rootfs: { type: 'layers', diff_ids: [digests[0]] },
    history: [
      { created: '2024-01-01T00:00:00Z', created_by: 'ADD x', comment: 'c', author: 'me' },
      { empty_layer: true },
    ],
  })
  expect(config).toEqual({
    platform: { os: 'linux', architecture: 'arm64' },
    created: '2024-01-01T00:00:00Z',
    author: 'someone',
    run: {
      user: 'app:app',
      exposedPorts: ['8080/tcp', '53/udp'],
      env: ['PATH=/bin'],
      entrypoint: ['/app'],
      cmd: ['--serve'],
      volumes: ['/data'],
      workingDir: '/srv',
      labels: { a: 'b' },
      stopSignal: 'SIGINT',
      shell: ['/bin/sh', '-c'],
      onBuild: ['RUN x'],
      healthcheck: ['CMD', 'true'],
    },
    diffIds: [digests[0]],
    history: [
      { created: '2024-01-01T00:00:00Z', createdBy: 'ADD x', comment: 'c', author: 'me', emptyLayer: false },
      { created: null, createdBy: null, comment: null, author: null, emptyLayer: true },
    ],
  })
})

test('absent and null are the same nothing', () => {
  const nulls = { User: null, ExposedPorts: null, Env: null, Cmd: null, Volumes: null, Labels: null, Healthcheck: null }
  expect(parse({})).toEqual(nothing)
  expect(parse({ created: null, config: null, rootfs: null, history: null })).toEqual(nothing)
  expect(parse({ config: nulls, rootfs: { diff_ids: null } })).toEqual(nothing)
})

test.each([
  [{ config: [] }, 'config.config: must be an object'],
  [{ config: { Env: 'PATH=/bin' } }, 'config.config.Env: must be a list'],
  [{ config: { Env: [1] } }, 'config.config.Env: must be a list of texts'],
  [{ config: { User: 0 } }, 'config.config.User: must be text'],
  [{ config: { User: 'app', user: 'root' } }, 'config.config: has the field "user" in place of "User"'],
  [{ rootfs: { diff_ids: ['sha256:x'] } }, 'config.rootfs.diff_ids: "sha256:x" is not a sha256 digest'],
  [{ history: ['x'] }, 'config.history[0]: must be an object'],
  [
    { history: Array.from({ length: 10_001 }, () => ({})) },
    'config.history: has 10001 entries, more than the limit of 10000',
  ],
])('refuses what has the wrong form: %#', (body, message) => {
  expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID', message }))
})

function manifestOf(count: number): ImageManifest {
  const layers = digests.slice(0, count).map((digest, size) => ({ mediaType: mediaTypes.ociLayerGzip, digest, size }))
  return { kind: 'image', mediaType: mediaTypes.ociManifest, annotations: {}, config: layers[0]!, layers }
}

test('layers are given their diffIDs and build instructions, base first', () => {
  const config = parse({
    rootfs: { diff_ids: [digests[1], digests[2]] },
    history: [{ created_by: 'ADD base' }, { created_by: 'ENV a=b', empty_layer: true }, { created_by: 'RUN x' }],
  })
  expect(imageLayers(manifestOf(2), config)).toEqual([
    { digest: digests[0], mediaType: mediaTypes.ociLayerGzip, size: 0, diffId: digests[1], createdBy: 'ADD base' },
    { digest: digests[1], mediaType: mediaTypes.ociLayerGzip, size: 1, diffId: digests[2], createdBy: 'RUN x' },
  ])
})

test('a history that does not fit the layers explains none of them', () => {
  const config = parse({ rootfs: { diff_ids: [digests[1]] }, history: [{ created_by: 'ADD base' }] })
  expect(imageLayers(manifestOf(2), config).map(({ diffId, createdBy }) => [diffId, createdBy])).toEqual([
    [null, null],
    [null, null],
  ])
})
