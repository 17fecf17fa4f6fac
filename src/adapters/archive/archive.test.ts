import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageLayers } from '../../core/image/layers.ts'
import { parseImageConfig } from '../../core/image/config.ts'
import type { Digest } from '../../core/image/digest.ts'
import { parseManifest, requireImage } from '../../core/image/manifest.ts'
import { readVerified } from '../../core/image/verified.ts'
import {
  buildImage,
  buildIndex,
  buildTar,
  writeDockerArchive,
  writeLayout,
  writeLayoutArchive,
} from '../../../test/support/build-image.ts'
import { openArchive } from './archive.ts'
import { openLayout } from './layout.ts'
import type { ArchiveSource } from './source.ts'

const signal = AbortSignal.timeout(20_000)
const one = await buildImage({
  layers: [
    { entries: { a: 'one' }, createdBy: 'ADD a' },
    { entries: { b: 'two' }, compression: 'none', createdBy: 'ADD b' },
  ],
})
const two = await buildImage({
  layers: [{ entries: { c: 'three' } }],
  platform: { os: 'linux', architecture: 'arm64' },
})
const digest = one.descriptor.digest
const unknown: Digest = `sha256:${'0'.repeat(64)}`
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'))
})
afterAll(() => rm(directory, { recursive: true }))

function path(): string {
  return join(directory, crypto.randomUUID())
}

async function written(write: (file: string) => Promise<void>): Promise<string> {
  const file = path()
  await write(file)
  return file
}

async function layersOf(source: ArchiveSource, tagOrDigest: string): Promise<[string | null, Buffer][]> {
  const { bytes, descriptor } = await source.manifest(tagOrDigest, signal)
  const manifest = requireImage(parseManifest(bytes, descriptor.mediaType), tagOrDigest)
  const config = parseImageConfig(await readVerified(source.blob(manifest.config, signal), manifest.config, 1_000_000))
  const layers = imageLayers(manifest, config)
  return Promise.all(
    layers.map(async (layer): Promise<[string | null, Buffer]> => [
      layer.createdBy,
      await readVerified(source.blob(layer, signal), layer, 1_000_000),
    ]),
  )
}

describe.each([
  ['a layout in a directory', openLayout, (file: string) => writeLayout(file, { '1.0': one, two })],
  ['a layout in a tar file', openArchive, (file: string) => writeLayoutArchive(file, { '1.0': one, two })],
])('%s', (_, open, write) => {
  test('gives its images by tag and by digest, as they were built', async () => {
    const source = await open(await written(write))
    expect(await source.references()).toEqual([
      { tag: '1.0', digest },
      { tag: 'two', digest: two.descriptor.digest },
    ])
    expect(await source.manifest('1.0', signal)).toEqual({ descriptor: one.descriptor, bytes: one.bytes })
    expect(await source.manifest(digest, signal)).toEqual({ descriptor: one.descriptor, bytes: one.bytes })
    expect(await layersOf(source, '1.0')).toEqual([
      ['ADD a', one.layers[0]!.bytes],
      ['ADD b', one.layers[1]!.bytes],
    ])
    await source.close()
  })

  test('says which tags there are, when the one asked for is not', async () => {
    const source = await open(await written(write))
    await expect(source.manifest('2.0', signal)).rejects.toMatchObject({
      code: 'MANIFEST_UNKNOWN',
      message: expect.stringMatching(/ has no image 2\.0; it has 1\.0, two$/),
    })
    await source.close()
  })

  test('says what it does not hold', async () => {
    const source = await open(await written(write))
    const nothing = { mediaType: 'x', digest: unknown, size: 1 }
    await expect(source.manifest(nothing.digest, signal)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' })
    await expect(readVerified(source.blob(nothing, signal), nothing, 1)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })
    const short = { ...one.config.descriptor, size: 1 }
    await expect(readVerified(source.blob(short, signal), short, 1)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
    await source.close()
  })
})

test('an index in a layout leads to its children', async () => {
  const index = buildIndex([{ image: one }, { image: two }])
  const source = await openLayout(await written((file) => writeLayout(file, index)))
  const { bytes, descriptor } = await source.manifest('latest', signal)
  expect(parseManifest(bytes, descriptor.mediaType)).toMatchObject({
    kind: 'index',
    manifests: [one.descriptor, two.descriptor],
  })
  expect(await layersOf(source, two.descriptor.digest)).toHaveLength(1)
})

test('a docker archive gives the same image each time, its layers explained', async () => {
  const file = await written((file) => writeDockerArchive(file, { 'team/api:1.0': one, 'other:2': two }))
  const source = await openArchive(file)
  const references = await source.references()
  expect(references.map(({ tag }) => tag)).toEqual(['team/api:1.0', 'other:2'])
  const layers = await layersOf(source, 'team/api:1.0')
  expect(layers.map(([createdBy]) => createdBy)).toEqual(['ADD a', 'ADD b'])
  expect(layers[1]?.[1]).toEqual(one.layers[1]!.bytes)
  for (const name of ['docker.io/team/api:1.0', '1.0', references[0]!.digest]) {
    expect((await source.manifest(name, signal)).descriptor.digest).toBe(references[0]?.digest)
  }
  await source.close()
  const again = await openArchive(file)
  expect(await again.references()).toEqual(references)
  await again.close()
})

test('a layer that an archive holds only as a link is found', async () => {
  const config = one.config.bytes
  const manifest = JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['x/layer.tar', 'y/layer.tar'] }])
  const entries = [
    { path: './manifest.json', content: manifest },
    { path: 'c.json', content: config },
    { path: 'x/layer.tar', content: one.layers[1]!.bytes },
    { path: 'y/layer.tar', target: '../x/layer.tar' },
  ]
  const source = await openArchive(await written(async (file) => writeFile(file, await buildTar(entries))))
  const [reference] = await source.references()
  expect(reference?.tag).toBeNull()
  const layers = await layersOf(source, reference!.digest)
  expect(layers.map(([, bytes]) => bytes)).toEqual([one.layers[1]!.bytes, one.layers[1]!.bytes])
  await source.close()
})

test('names that are longer than a tar header are read', async () => {
  const name = `${'d'.repeat(120)}/${'f'.repeat(150)}.json`
  const entries = {
    'manifest.json': JSON.stringify([{ Config: name, RepoTags: ['a:1'], Layers: [] }]),
    [name]: JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [] } }),
  }
  const source = await openArchive(await written(async (file) => writeFile(file, await buildTar(entries))))
  expect(await layersOf(source, 'a:1')).toEqual([])
  await source.close()
})

async function opened(content: Buffer | string): Promise<unknown> {
  const source = await openArchive(await written((file) => writeFile(file, content)))
  await source.close()
  return undefined
}

const hostileIndex = JSON.stringify({ manifests: [{ mediaType: 'x', digest: 'sha256:../../../etc/passwd', size: 1 }] })
const saved = await buildTar({ 'manifest.json': '[]', other: 'x'.repeat(5_000) })

test.each<[string, () => Promise<Buffer | string>, string]>([
  ['a compressed archive', async () => gzipSync(saved), 'is compressed; unpack it first: gunzip '],
  ['an archive that is cut off', async () => saved.subarray(0, 3_000), 'ends in the middle of a file'],
  ['an empty file', async () => '', 'has no files'],
  ['something else', async () => 'hello, world. '.repeat(100), 'has a header with '],
  [
    'an archive of something else',
    () => buildTar({ a: 'b' }),
    'is not a saved image: it has neither index.json nor manifest.json',
  ],
  ['a list of images that is none', () => buildTar({ 'manifest.json': '{"a":1}' }), 'is not a list of images'],
  ['images without a config', () => buildTar({ 'manifest.json': '[{"Layers":[]}]' }), 'names no config or layers'],
  ['an index with a path for a digest', () => buildTar({ 'index.json': hostileIndex }), 'only sha256 is supported'],
])('refuses %s', async (_, content, problem) => {
  await expect(opened(await content())).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining(problem),
  })
})

test('paths of an archive stay in the archive', async () => {
  const entries = {
    'manifest.json': JSON.stringify([{ Config: '../../../../etc/passwd', RepoTags: ['a:1'], Layers: ['/etc/passwd'] }]),
  }
  await expect(opened(await buildTar(entries))).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })
})

test('links that go in circles end', async () => {
  const entries = [
    { path: 'manifest.json', content: JSON.stringify([{ Config: 'a', RepoTags: [], Layers: [] }]) },
    { path: 'a', target: 'b' },
    { path: 'b', target: 'a' },
  ]
  await expect(opened(await buildTar(entries))).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })
})

test('a layout that is none, or lies, is refused', async () => {
  await expect(openLayout(join(directory, 'nowhere'))).rejects.toMatchObject({
    code: 'MANIFEST_UNKNOWN',
    message: expect.stringMatching(/does not exist$/),
  })
  await expect(openLayout(directory)).rejects.toThrow('is not an OCI image layout: it has no index.json')
  const lying = await written((file) => writeLayout(file, one))
  await writeFile(join(lying, 'blobs/sha256', digest.slice(7)), one.bytes.toString().replace('size', 'SIZE'))
  const source = await openLayout(lying)
  await expect(source.manifest('latest', signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
})

test('a blob that is no regular file is not there', async () => {
  const layout = path()
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true })
  await writeLayout(layout, two)
  await rm(join(layout, 'blobs/sha256', two.config.descriptor.digest.slice(7)))
  await symlink('/dev/zero', join(layout, 'blobs/sha256', two.config.descriptor.digest.slice(7)))
  const source = await openLayout(layout)
  await expect(
    readVerified(source.blob(two.config.descriptor, signal), two.config.descriptor, 1_000_000),
  ).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })
})
