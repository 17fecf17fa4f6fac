import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Header } from 'tar-stream'
import { digestOf } from '../../src/core/image/digest.ts'
import type { Digest } from '../../src/core/image/digest.ts'
import type { Descriptor, Platform } from '../../src/core/image/manifest.ts'
import { mediaTypes } from '../../src/core/image/media-type.ts'

/** One entry of a layer's tar; a string is a text file. `header` overrides anything, for odd archives. */
export interface LayerEntry {
  readonly path: string
  readonly content?: string | Buffer
  readonly type?: Header['type']
  /** Of a symlink or hard link. */
  readonly target?: string
  readonly header?: Partial<Header>
}

type Compression = 'gzip' | 'zstd' | 'none'

export interface LayerSpec {
  readonly entries: readonly LayerEntry[] | Readonly<Record<string, string | Buffer>>
  readonly compression?: Compression
  readonly createdBy?: string
  /** Replaces the one that goes with the compression. */
  readonly mediaType?: string
}

interface Blob {
  readonly descriptor: Descriptor
  readonly bytes: Buffer
}

interface BuiltLayer extends Blob {
  readonly diffId: Digest
  readonly createdBy: string
}

/** A manifest or index with everything that must be pushed before it. */
export interface Built extends Blob {
  readonly blobs: readonly Blob[]
  readonly children: readonly Built[]
}

export interface BuiltImage extends Built {
  readonly config: Blob
  readonly layers: readonly BuiltLayer[]
}

export interface ImageSpec {
  readonly layers: readonly (LayerSpec | BuiltLayer)[]
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
  /** The config's `config` field: User, Env, ExposedPorts … */
  readonly config?: Readonly<Record<string, unknown>>
  readonly created?: string
  /** Docker schema 2 media types instead of OCI. */
  readonly docker?: boolean
  readonly annotations?: Readonly<Record<string, string>>
}

/** Same input, same bytes: every entry has this time. */
const builtAt = new Date('2024-01-01T00:00:00Z')

export async function buildTar(entries: LayerSpec['entries']): Promise<Buffer> {
  const list: readonly LayerEntry[] = Array.isArray(entries)
    ? entries
    : Object.entries(entries).map(([path, content]) => ({ path, content }))
  const tar = pack()
  const whole = buffer(tar)
  for (const { path, content, type, target, header } of list) {
    const base = { name: path, type: type ?? typeOf(path, target), mtime: builtAt, ...(target && { linkname: target }) }
    tar.entry({ ...base, ...header }, content ?? '')
  }
  tar.finalize()
  return whole
}

async function buildLayer(spec: LayerSpec): Promise<BuiltLayer> {
  const tar = await buildTar(spec.entries)
  const compression = spec.compression ?? 'gzip'
  const mediaType = spec.mediaType ?? layerTypes[compression]
  const layer = blobOf(compress(tar, compression), mediaType)
  return { ...layer, diffId: digestOf(tar), createdBy: spec.createdBy ?? 'COPY . /' }
}

export async function buildImage(spec: ImageSpec): Promise<BuiltImage> {
  const layers = await Promise.all(spec.layers.map(async (layer) => ('bytes' in layer ? layer : buildLayer(layer))))
  const config = blobOf(configOf(spec, layers), spec.docker ? mediaTypes.dockerConfig : mediaTypes.ociConfig)
  const manifest = {
    schemaVersion: 2,
    mediaType: spec.docker ? mediaTypes.dockerManifest : mediaTypes.ociManifest,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) =>
      spec.docker && descriptor.mediaType === mediaTypes.ociLayerGzip
        ? { ...descriptor, mediaType: mediaTypes.dockerLayerGzip }
        : descriptor,
    ),
    ...(spec.annotations && { annotations: spec.annotations }),
  }
  const blobs = [config, ...layers]
  return { ...blobOf(manifest, manifest.mediaType), config, layers, blobs, children: [] }
}

/** An index over images; each child's platform stands in its descriptor. */
export function buildIndex(
  children: readonly {
    readonly image: Built
    readonly platform?: Platform
    readonly annotations?: Record<string, string>
  }[],
  extra: Readonly<Record<string, unknown>> = {},
): Built {
  const manifests = children.map(({ image, platform, annotations }) => ({
    ...image.descriptor,
    ...(platform && { platform }),
    ...(annotations && { annotations }),
  }))
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, ...extra }
  return { ...blobOf(index, mediaTypes.ociIndex), blobs: [], children: children.map(({ image }) => image) }
}

export interface ArtifactSpec {
  readonly artifactType?: string
  /** Media type of the config; without it the empty one. */
  readonly configType?: string
  readonly payload?: { readonly mediaType: string; readonly content: string | Buffer }
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/** A signature, a chart, a report: a manifest that is not an image. */
export function buildArtifact({ artifactType, configType, payload, subject, annotations }: ArtifactSpec): Built {
  const config = blobOf('{}', configType ?? mediaTypes.ociEmpty)
  const layer = payload ? blobOf(payload.content, payload.mediaType) : config
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    ...(artifactType && { artifactType }),
    config: config.descriptor,
    layers: [layer.descriptor],
    ...(subject && { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
    ...(annotations && { annotations }),
  }
  return { ...blobOf(manifest, mediaTypes.ociManifest), blobs: [config, layer], children: [] }
}

/** The part of a registry's repository that pushing needs. */
export interface PushTarget {
  putBlob(digest: Digest, bytes: Buffer, signal: AbortSignal): Promise<unknown>
  putManifest(tagOrDigest: string, mediaType: string, bytes: Buffer, signal: AbortSignal): Promise<unknown>
}

/** Pushes blobs, then children by digest, then the manifest itself under `tag` or, without one, by digest. */
export async function pushImage(repository: PushTarget, image: Built, tag?: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  for (const blob of image.blobs) await repository.putBlob(blob.descriptor.digest, blob.bytes, signal)
  for (const child of image.children) await pushImage(repository, child)
  await repository.putManifest(tag ?? image.descriptor.digest, image.descriptor.mediaType, image.bytes, signal)
}

/** Writes an OCI image layout; `images` are listed in index.json under their tags. */
export async function writeLayout(directory: string, images: Built | Readonly<Record<string, Built>>): Promise<void> {
  const tagged = isBuilt(images) ? { latest: images } : images
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(directory, 'index.json'), JSON.stringify(layoutIndex(tagged)))
  for (const image of Object.values(tagged)) {
    for (const { descriptor, bytes } of everyBlob(image)) {
      await writeFile(join(directory, 'blobs/sha256', descriptor.digest.slice('sha256:'.length)), bytes)
    }
  }
}

/** The same layout as one tar file. */
export async function writeLayoutArchive(file: string, images: Readonly<Record<string, Built>>): Promise<void> {
  const blobs = Object.values(images).flatMap(everyBlob)
  const unique = new Map(blobs.map(({ descriptor, bytes }) => [`blobs/${descriptor.digest.replace(':', '/')}`, bytes]))
  const entries = {
    'oci-layout': JSON.stringify({ imageLayoutVersion: '1.0.0' }),
    'index.json': JSON.stringify(layoutIndex(images)),
    ...Object.fromEntries(unique),
  }
  await writeFile(file, await buildTar(entries))
}

/** What `docker save` wrote before it learned OCI layouts: manifest.json, plain layer tars, a config. */
export async function writeDockerArchive(file: string, images: Readonly<Record<string, BuiltImage>>): Promise<void> {
  const { gunzipSync, zstdDecompressSync } = await import('node:zlib')
  const entries = new Map<string, string | Buffer>()
  const manifest = Object.entries(images).map(([tag, { config, layers }]) => {
    const name = `${config.descriptor.digest.slice('sha256:'.length)}.json`
    entries.set(name, config.bytes)
    const paths = layers.map(({ bytes, diffId, descriptor }) => {
      const path = `${diffId.slice('sha256:'.length)}/layer.tar`
      const plain = { '+gzip': gunzipSync, '+zstd': zstdDecompressSync }[descriptor.mediaType.slice(-5)]
      entries.set(path, plain ? plain(bytes) : bytes)
      return path
    })
    return { Config: name, RepoTags: [tag], Layers: paths }
  })
  entries.set('manifest.json', JSON.stringify(manifest))
  await writeFile(file, await buildTar(Object.fromEntries(entries)))
}

function blobOf(content: string | Buffer | object, mediaType: string): Blob {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

function layoutIndex(tagged: Readonly<Record<string, Built>>): object {
  const manifests = Object.entries(tagged).map(([tag, { descriptor }]) => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  }))
  return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }
}

function everyBlob(image: Built): Blob[] {
  return [...image.blobs, ...image.children.flatMap(everyBlob), image]
}

function isBuilt(images: Built | Readonly<Record<string, Built>>): images is Built {
  return Buffer.isBuffer(images.bytes)
}

function typeOf(path: string, target: string | undefined): 'directory' | 'symlink' | 'file' {
  if (path.endsWith('/')) return 'directory'
  return target === undefined ? 'file' : 'symlink'
}

const layerTypes: Readonly<Record<Compression, string>> = {
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
  none: mediaTypes.ociLayer,
}

function compress(tar: Buffer, compression: Compression): Buffer {
  if (compression === 'none') return tar
  return compression === 'gzip' ? gzipSync(tar) : zstdCompressSync(tar)
}

function configOf(spec: ImageSpec, layers: readonly BuiltLayer[]): object {
  return {
    ...(spec.platform ?? { os: 'linux', architecture: 'amd64' }),
    created: spec.created ?? builtAt.toISOString(),
    config: spec.config ?? {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created: builtAt.toISOString(), created_by: createdBy })),
  }
}
