import { digestOf, isDigest } from '../../core/image/digest.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { FetchedManifest } from '../../core/image/image.ts'
import { maxManifestBytes, parseManifest } from '../../core/image/manifest.ts'
import type { Descriptor } from '../../core/image/manifest.ts'
import { mediaTypes } from '../../core/image/media-type.ts'
import { TallymanError } from '../../errors.ts'
import type { ArchiveSource, NamedImage } from './source.ts'
import type { Files } from './files.ts'
import { findNamed } from './named.ts'

/** image-spec annotations.md and containerd: what tools write an image's name into. */
const nameAnnotations = ['org.opencontainers.image.ref.name', 'io.containerd.image.name']

/** An OCI image layout (image-spec image-layout.md). Blobs are what they are: the reader verifies. */
export async function layoutSource(files: Files, signal: AbortSignal): Promise<ArchiveSource> {
  const bytes = await readSmall(files, 'index.json', signal)
  const index = parseManifest(bytes, mediaTypes.ociIndex)
  const listed = index.kind === 'index' ? index.manifests : []
  const images = listed.flatMap(namedImages)
  return {
    references: () => Promise.resolve(images),
    close: () => files.close(),
    async manifest(tagOrDigest, signal) {
      const digest = isDigest(tagOrDigest) ? tagOrDigest : findNamed(images, tagOrDigest, files.name)
      return readManifest(
        files,
        digest,
        listed.find((entry) => entry.digest === digest),
        signal,
      )
    },
    async *blob(descriptor, signal) {
      const path = blobPath(descriptor.digest)
      const size = await files.size(path)
      if (size === undefined) throw new TallymanError('BLOB_UNKNOWN', `${files.name} has no blob ${descriptor.digest}`)
      if (size !== descriptor.size) {
        throw new TallymanError(
          'BLOB_CORRUPT',
          `blob ${descriptor.digest} in ${files.name} has ${size} bytes, not ${descriptor.size}`,
        )
      }
      yield* files.read(path, signal)
    },
  }
}

/** A small file as a whole. MANIFEST_UNKNOWN where there is none. */
export async function readSmall(files: Files, path: string, signal: AbortSignal): Promise<Buffer> {
  const size = await files.size(path)
  if (size === undefined) throw new TallymanError('MANIFEST_UNKNOWN', `${files.name} has no ${path}`)
  if (size > maxManifestBytes) {
    throw new TallymanError(
      'MANIFEST_INVALID',
      `${path} in ${files.name} is larger than the limit of ${maxManifestBytes} bytes`,
    )
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of files.read(path, signal)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function readManifest(
  files: Files,
  digest: Digest,
  listed: Descriptor | undefined,
  signal: AbortSignal,
): Promise<FetchedManifest> {
  const bytes = await readSmall(files, blobPath(digest), signal)
  if (digestOf(bytes) !== digest)
    throw new TallymanError('BLOB_CORRUPT', `manifest ${digest} in ${files.name} is not what its digest says`)
  return { descriptor: { mediaType: listed?.mediaType ?? mediaTypeIn(bytes), digest, size: bytes.length }, bytes }
}

/** A file has no Content-Type, and manifests before OCI 1.1 need not name their own type. */
function mediaTypeIn(bytes: Buffer): string {
  try {
    const { mediaType, manifests } = JSON.parse(bytes.toString('utf8')) as { mediaType?: unknown; manifests?: unknown }
    if (typeof mediaType === 'string') return mediaType
    return Array.isArray(manifests) ? mediaTypes.ociIndex : mediaTypes.ociManifest
  } catch {
    return '' // parseManifest says what is wrong with it
  }
}

function namedImages({ digest, annotations }: Descriptor): NamedImage[] {
  const names = nameAnnotations.map((key) => annotations?.[key]).filter((name) => name !== undefined)
  return names.length > 0 ? [...new Set(names)].map((tag) => ({ tag, digest })) : [{ tag: null, digest }]
}

/** A digest is 64 hex digits by then, so the path stays inside. */
function blobPath(digest: Digest): string {
  if (!isDigest(digest)) throw new TallymanError('MANIFEST_INVALID', `${JSON.stringify(digest)} is not a sha256 digest`)
  return `blobs/sha256/${digest.slice('sha256:'.length)}`
}
