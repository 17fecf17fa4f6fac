import { expect, test } from 'vitest'
import type { Descriptor } from './manifest.ts'
import { childKind, maxManifestBytes, parseManifest, requireImage } from './manifest.ts'
import { mediaTypes } from './media-type.ts'

const digest = `sha256:${'ab'.repeat(32)}` as const
const config = { mediaType: mediaTypes.ociConfig, digest, size: 10 }
const layer = { mediaType: mediaTypes.ociLayerGzip, digest, size: 20 }
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] }

function parse(body: unknown, contentType = ''): ReturnType<typeof parseManifest> {
  return parseManifest(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), contentType)
}

test('reads an image', () => {
  expect(parse({ ...image, annotations: { a: 'b' } }, `${mediaTypes.ociManifest}; charset=utf-8`)).toEqual({
    kind: 'image',
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [layer],
    annotations: { a: 'b' },
  })
})

test('takes the type from the delivery where the body names none', () => {
  const { mediaType: _, ...untyped } = image
  expect(parse(untyped, mediaTypes.ociManifest).kind).toBe('image')
  expect(() => parse(untyped)).toThrow('manifest: has the unknown type ""')
})

test('reads an index, with normalised platforms and without what it does not know', () => {
  const platform = { os: 'linux', architecture: 'aarch64', variant: 'v8', 'os.features': ['x'] }
  const manifests = [{ mediaType: mediaTypes.ociManifest, digest, size: 1, platform, data: 'e30=' }]
  expect(parse({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, annotations: null })).toEqual({
    kind: 'index',
    mediaType: mediaTypes.ociIndex,
    manifests: [
      { mediaType: mediaTypes.ociManifest, digest, size: 1, platform: { os: 'linux', architecture: 'arm64' } },
    ],
    annotations: {},
  })
})

const chart = 'application/vnd.cncf.helm.config.v1+json'
const signature = 'application/vnd.dev.cosign.simplesigning.v1+json'

test.each([
  ['a chart', { ...image, config: { ...config, mediaType: chart } }, chart],
  ['a signature with an image config', { ...image, layers: [{ ...layer, mediaType: signature }] }, signature],
  [
    'an attestation with an image config',
    { ...image, layers: [{ ...layer, mediaType: mediaTypes.inToto }] },
    mediaTypes.inToto,
  ],
  ['a report', { ...image, config: { ...config, mediaType: mediaTypes.ociEmpty }, artifactType: 'a/b' }, 'a/b'],
  [
    'the withdrawn artifact manifest',
    { mediaType: mediaTypes.ociArtifact, artifactType: 'a/b', blobs: [layer] },
    'a/b',
  ],
])('%s is an artifact', (_, body, artifactType) => {
  const manifest = parse(body)
  expect(manifest).toMatchObject({ kind: 'artifact', artifactType })
  expect(() => requireImage(manifest, 'team/api:1')).toThrow(
    expect.objectContaining({
      code: 'NOT_AN_IMAGE',
      message: `team/api:1 is an artifact of type ${artifactType}, not a container image`,
    }),
  )
})

test('an artifactType does not hide an image that a runtime would start', () => {
  expect(parse({ ...image, artifactType: 'a/b' }).kind).toBe('image')
})

test('an image without layers is an image', () => {
  expect(parse({ ...image, layers: [] }).kind).toBe('image')
})

test.each([
  ['not JSON', '<html>', 'manifest is not JSON'],
  ['a list', [], 'manifest: must be an object'],
  [
    'schema 1',
    { schemaVersion: 1 },
    'manifest: is of the old Docker schema 1, which is not supported; push the image again with a current tool',
  ],
  [
    'two readings',
    { ...image, manifests: [] },
    'manifest: has both "manifests" and "layers", so it could be read as two different things',
  ],
  [
    'an index with a config',
    { mediaType: mediaTypes.ociIndex, manifests: [], config },
    'index: has "layers" or "config", which belong to an image manifest',
  ],
  ['an unknown type', { mediaType: 'a/b' }, 'manifest: has the unknown type "a/b"'],
  ['no config', { ...image, config: undefined }, 'manifest.config: must be an object'],
  [
    'a digest that is a path',
    { ...image, layers: [{ ...layer, digest: 'sha256:../../etc' }] },
    'manifest.layers[0]: has the digest "sha256:../../etc"; only sha256 is supported',
  ],
  ['a negative size', { ...image, layers: [{ ...layer, size: -1 }] }, 'manifest.layers[0]: has no valid size'],
  ['a size beyond reason', { ...image, layers: [{ ...layer, size: 1e300 }] }, 'manifest.layers[0]: has no valid size'],
  ['a size as text', { ...image, layers: [{ ...layer, size: '1' }] }, 'manifest.layers[0]: has no valid size'],
  ['no media type', { ...image, layers: [{ ...layer, mediaType: '' }] }, 'manifest.layers[0]: has no mediaType'],
  [
    'annotations that are not text',
    { ...image, annotations: { a: 1 } },
    'manifest.annotations: the value of "a" must be text',
  ],
  [
    'too many layers',
    { ...image, layers: Array.from({ length: 1_001 }, () => layer) },
    'manifest.layers: has 1001 entries, more than the limit of 1000',
  ],
  ['another spelling of a field', { ...image, Layers: [] }, 'manifest: has the field "Layers" in place of "layers"'],
  [
    'a field that Go folds to a known one',
    { ...image, 'layer\u017f': [] },
    'manifest: has the field "layer\u017f" in place of "layers"',
  ],
  [
    'another spelling in a descriptor',
    { ...image, config: { ...config, Digest: digest } },
    'manifest.config: has the field "Digest" in place of "digest"',
  ],
])('refuses %s', (_, body, message) => {
  expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID', message }))
})

test('refuses what was delivered as something else', () => {
  expect(() => parse(image, mediaTypes.ociIndex)).toThrow(
    `manifest: says it is "${mediaTypes.ociManifest}" but was delivered as "${mediaTypes.ociIndex}"`,
  )
})

test('refuses a manifest over the limit before reading it', () => {
  expect(() => parseManifest(Buffer.alloc(maxManifestBytes + 1, '['), '')).toThrow(
    'manifest: is larger than the limit of 8388608 bytes',
  )
})

test('says what the entries of an index are, and does not take an annotation for an answer', () => {
  const child = (more: Partial<Descriptor>) =>
    childKind({ mediaType: mediaTypes.ociManifest, digest, size: 1, ...more })
  const linux = { os: 'linux', architecture: 'amd64' }
  const attestation = { 'vnd.docker.reference.type': 'attestation-manifest' }
  expect(child({ platform: linux })).toBe('image')
  expect(child({})).toBe('image')
  expect(child({ platform: linux, annotations: attestation })).toBe('image')
  expect(child({ platform: { os: 'unknown', architecture: 'unknown' }, annotations: attestation })).toBe('attestation')
  expect(child({ mediaType: mediaTypes.dockerIndex })).toBe('index')
  expect(child({ mediaType: 'a/b' })).toBe('other')
})
