import { TallymanError } from '../../errors.ts'
import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import {
  asObject,
  invalid,
  listOf,
  objectOf,
  parseJsonObject,
  refuseLookAlikes,
  textMapOf,
  textOf,
  textsOf,
} from './json-fields.ts'
import type { JsonObject } from './json-fields.ts'
import { bareMediaType, isImageConfigType, isIndexType, isLayerType, isManifestType, mediaTypes } from './media-type.ts'
import { normalisePlatform } from './platform.ts'

/** OCI image-spec descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly artifactType?: string
  readonly platform?: Platform
  /** Where a foreign layer lies. Shown, never fetched. */
  readonly urls?: readonly string[]
}

/** Normalised as containerd does: x86_64 is amd64, arm64 has no variant v8. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly osVersion?: string
}

interface Common {
  readonly mediaType: string
  readonly annotations: Readonly<Record<string, string>>
  /** What this manifest is about, where it is a referrer. */
  readonly subject?: Descriptor
}

/** One platform's container image: the only kind whose layers are scanned. */
export interface ImageManifest extends Common {
  readonly kind: 'image'
  readonly config: Descriptor
  /** Base first. */
  readonly layers: readonly Descriptor[]
}

export interface ImageIndex extends Common {
  readonly kind: 'index'
  readonly manifests: readonly Descriptor[]
  readonly artifactType?: string
}

/** A signature, a chart, an attestation, a report: stored like an image, but no filesystem. */
interface ArtifactManifest extends Common {
  readonly kind: 'artifact'
  /** What it says it is: its artifactType, else its config's media type, else its first layer's. */
  readonly artifactType: string
  readonly layers: readonly Descriptor[]
}

export type Manifest = ImageManifest | ImageIndex | ArtifactManifest

/** Registries must accept 4 MiB (distribution-spec, "Pushing Manifests"); a few store more. */
export const maxManifestBytes = 8 * 1024 * 1024
/** Docker stops at 127 layers, containerd at what the kernel mounts; beyond this it is an attack. */
export const maxLayers = 1_000
/** A multi-platform index has dozens of entries; a referrers index can grow by one with every scan. */
const maxIndexEntries = 20_000
const maxUrls = 100

const manifestFields = [
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'blobs',
  'manifests',
  'subject',
  'annotations',
]
const descriptorFields = ['mediaType', 'digest', 'size', 'urls', 'annotations', 'artifactType', 'platform', 'data']

/**
 * Reads a manifest of any kind from its raw bytes, whose digest the caller has checked. `contentType` is the Content-Type
 * header or the descriptor's media type; empty where there is none. MANIFEST_INVALID where it cannot be understood.
 */
export function parseManifest(bytes: Buffer, contentType: string): Manifest {
  if (bytes.length > maxManifestBytes)
    throw invalid('manifest', `is larger than the limit of ${maxManifestBytes} bytes`)
  const body = parseJsonObject(bytes, 'manifest')
  refuseLookAlikes(body, manifestFields, 'manifest')
  if (body.schemaVersion === 1) {
    throw invalid(
      'manifest',
      'is of the old Docker schema 1, which is not supported; push the image again with a current tool',
    )
  }
  const mediaType = mediaTypeOf(body, contentType)
  if (isIndexType(mediaType)) return readIndex(body, mediaType)
  if (isManifestType(mediaType)) return readImageOrArtifact(body, mediaType)
  if (mediaType === mediaTypes.ociArtifact) return readWithdrawnArtifact(body, mediaType)
  throw invalid('manifest', `has the unknown type ${JSON.stringify(mediaType)}`)
}

/**
 * What an entry of an index is, as far as the index alone tells. An `image` can still turn out to be an artifact when its
 * manifest is read: annotations and artifactType do not keep a runtime from starting it, so they do not keep us from looking.
 */
export function childKind(child: Descriptor): 'image' | 'index' | 'attestation' | 'other' {
  if (child.platform?.os === 'unknown') return 'attestation'
  if (isIndexType(child.mediaType)) return 'index'
  return isManifestType(child.mediaType) ? 'image' : 'other'
}

/** The image itself, or NOT_AN_IMAGE saying what it is instead, and of an artifact its type and what it is about. */
export function requireImage(manifest: Manifest, what: string): ImageManifest {
  if (manifest.kind === 'image') return manifest
  const found =
    manifest.kind === 'index' ? 'an index of several images' : `an artifact of type ${manifest.artifactType}`
  throw new TallymanError('NOT_AN_IMAGE', `${what} is ${found}, not a container image`, {
    mediaType: manifest.mediaType,
    ...(manifest.kind === 'artifact' && { artifactType: manifest.artifactType, subject: manifest.subject?.digest }),
  })
}

/** Manifest and index must not be taken for each other: one digest would then mean two things (CVE-2021-41190). */
function mediaTypeOf(body: JsonObject, contentType: string): string {
  const [claimed, sent] = [textOf(body, 'mediaType', 'manifest'), bareMediaType(contentType)]
  if (claimed && sent && claimed !== sent) {
    throw invalid('manifest', `says it is ${JSON.stringify(claimed)} but was delivered as ${JSON.stringify(sent)}`)
  }
  if (!Array.isArray(body.manifests) || !Array.isArray(body.layers)) return claimed || sent
  throw invalid('manifest', 'has both "manifests" and "layers", so it could be read as two different things')
}

function readIndex(body: JsonObject, mediaType: string): ImageIndex {
  if (body.layers || body.config) throw invalid('index', 'has "layers" or "config", which belong to an image manifest')
  const artifactType = textOf(body, 'artifactType', 'index')
  return {
    kind: 'index',
    ...common(body, mediaType),
    manifests: descriptors(body, 'manifests', maxIndexEntries),
    ...(artifactType && { artifactType }),
  }
}

function readImageOrArtifact(body: JsonObject, mediaType: string): ImageManifest | ArtifactManifest {
  if (body.manifests) throw invalid('manifest', 'has "manifests", which belong to an index')
  const config = parseDescriptor(body.config, 'manifest.config')
  const layers = descriptors(body, 'layers', maxLayers)
  const artifactType = artifactTypeOf(textOf(body, 'artifactType', 'manifest'), config, layers)
  if (artifactType) return { kind: 'artifact', ...common(body, mediaType), artifactType, layers }
  return { kind: 'image', ...common(body, mediaType), config, layers }
}

/**
 * Undefined for an image. What a runtime would start is one, whatever artifactType says: an image config and at least one
 * filesystem layer (or none at all). Cosign signatures and older attestations carry an image config, but no such layer.
 */
function artifactTypeOf(
  declared: string | undefined,
  config: Descriptor,
  layers: readonly Descriptor[],
): string | undefined {
  const hasImageConfig = isImageConfigType(config.mediaType)
  if (hasImageConfig && layers.some((layer) => isLayerType(layer.mediaType))) return undefined
  return declared ?? (hasImageConfig ? layers[0]?.mediaType : config.mediaType)
}

function readWithdrawnArtifact(body: JsonObject, mediaType: string): ArtifactManifest {
  const artifactType = textOf(body, 'artifactType', 'manifest') ?? mediaType
  return { kind: 'artifact', ...common(body, mediaType), artifactType, layers: descriptors(body, 'blobs', maxLayers) }
}

function common(body: JsonObject, mediaType: string): Common {
  const annotations = textMapOf(body, 'annotations', 'manifest') ?? {}
  if (body.subject === undefined || body.subject === null) return { mediaType, annotations }
  return { mediaType, annotations, subject: parseDescriptor(body.subject, 'manifest.subject') }
}

function descriptors(body: JsonObject, key: string, most: number): Descriptor[] {
  const list = listOf(body, key, 'manifest', most) ?? []
  return list.map((item, index) => parseDescriptor(item, `manifest.${key}[${index}]`))
}

/** MANIFEST_INVALID, naming `what`, unless media type, digest (SHA-256) and size are there. */
function parseDescriptor(value: unknown, what: string): Descriptor {
  const object = asObject(value, what)
  refuseLookAlikes(object, descriptorFields, what)
  const [mediaType, digest] = [textOf(object, 'mediaType', what), textOf(object, 'digest', what)]
  const { size } = object
  if (!mediaType) throw invalid(what, 'has no mediaType')
  if (!digest || !isDigest(digest))
    throw invalid(what, `has the digest ${JSON.stringify(digest)}; only sha256 is supported`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid(what, 'has no valid size')
  const annotations = textMapOf(object, 'annotations', what)
  const artifactType = textOf(object, 'artifactType', what)
  const platform = objectOf(object, 'platform', what)
  const urls = textsOf(object, 'urls', what, maxUrls)
  return {
    mediaType,
    digest,
    size,
    ...(annotations && { annotations }),
    ...(artifactType && { artifactType }),
    ...(platform && { platform: readPlatform(platform, `${what}.platform`) }),
    ...(urls?.length && { urls }),
  }
}

function readPlatform(object: JsonObject, what: string): Platform {
  const text = (key: string) => textOf(object, key, what)
  return normalisePlatform(text('os') ?? '', text('architecture') ?? '', text('variant'), text('os.version'))
}
