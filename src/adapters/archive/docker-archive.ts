import { createHash } from 'node:crypto'
import { digestOf, isDigest } from '../../core/image/digest.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { FetchedManifest } from '../../core/image/image.ts'
import { maxLayers } from '../../core/image/manifest.ts'
import type { Descriptor } from '../../core/image/manifest.ts'
import { mediaTypes } from '../../core/image/media-type.ts'
import { TallymanError } from '../../errors.ts'
import type { ArchiveSource, NamedImage } from './source.ts'
import type { Files } from './files.ts'
import { readSmall } from './layout-source.ts'
import { findNamed } from './named.ts'

/** One image of manifest.json, as `docker save` writes it: paths within the archive. */
interface SavedImage {
  readonly config: string
  readonly names: readonly string[]
  readonly layers: readonly string[]
}

const maxImages = 1_000

/**
 * What `docker save` wrote before it wrote OCI layouts, and what many tools still write: configs and layers, but no
 * manifests. One is made up for each image, of digests that are computed here, so the same archive gives the same image.
 */
export async function dockerArchiveSource(files: Files, signal: AbortSignal): Promise<ArchiveSource> {
  const saved = parseSaved(await readSmall(files, 'manifest.json', signal), files.name)
  const digests = new Map<string, Promise<Descriptor>>()
  const paths = new Map<Digest, string>()
  const describe = (path: string, mediaType: string) => {
    const known = digests.get(path) ?? describeFile(files, path, mediaType, signal)
    digests.set(path, known)
    return known.then((descriptor) => {
      paths.set(descriptor.digest, path)
      return descriptor
    })
  }
  const manifests = await Promise.all(saved.map((image) => makeManifest(image, describe)))
  const images = manifests.flatMap<NamedImage>(({ descriptor: { digest } }, index) => {
    const names = saved[index]?.names ?? []
    return names.length > 0 ? names.map((tag) => ({ tag, digest })) : [{ tag: null, digest }]
  })
  return {
    references: () => Promise.resolve(images),
    close: () => files.close(),
    async manifest(tagOrDigest) {
      const digest = isDigest(tagOrDigest) ? tagOrDigest : findNamed(images, tagOrDigest, files.name)
      const manifest = manifests.find(({ descriptor }) => descriptor.digest === digest)
      if (manifest) return manifest
      throw new TallymanError('MANIFEST_UNKNOWN', `${files.name} has no image ${digest}`)
    },
    async *blob({ digest }, signal) {
      const path = paths.get(digest)
      if (path === undefined) throw new TallymanError('BLOB_UNKNOWN', `${files.name} has no blob ${digest}`)
      yield* files.read(path, signal)
    },
  }
}

async function makeManifest(
  image: SavedImage,
  describe: (path: string, mediaType: string) => Promise<Descriptor>,
): Promise<FetchedManifest> {
  const config = await describe(image.config, mediaTypes.dockerConfig)
  const layers: Descriptor[] = []
  for (const path of image.layers) layers.push(await describe(path, mediaTypes.dockerLayer))
  const mediaType = mediaTypes.dockerManifest
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

async function describeFile(files: Files, path: string, mediaType: string, signal: AbortSignal): Promise<Descriptor> {
  const size = await files.size(path)
  if (size === undefined)
    throw new TallymanError('BLOB_UNKNOWN', `${files.name} names ${JSON.stringify(path)} but does not hold it`)
  const hash = createHash('sha256')
  for await (const chunk of files.read(path, signal)) hash.update(chunk)
  return { mediaType, digest: `sha256:${hash.digest('hex')}`, size }
}

function parseSaved(bytes: Buffer, where: string): SavedImage[] {
  const refuse = (problem: string) => new TallymanError('MANIFEST_INVALID', `manifest.json in ${where} ${problem}`)
  let list: unknown
  try {
    list = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw refuse('is not JSON')
  }
  if (!Array.isArray(list) || list.length > maxImages) throw refuse('is not a list of images')
  return list.map((entry: unknown) => {
    const { Config: config, RepoTags: names, Layers: layers } = Object(entry) as Record<string, unknown>
    if (typeof config !== 'string' || !isTexts(layers) || layers.length > maxLayers)
      throw refuse('names no config or layers')
    return { config, layers, names: isTexts(names) ? names : [] }
  })
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
