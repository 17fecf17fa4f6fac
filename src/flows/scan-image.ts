import { isDeepStrictEqual } from 'node:util'
import type { ImageRecord, Location, ScanRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import { imageConfigOf } from './read-config.ts'
import { scannedAgain, type JudgeDeps } from './judge-image.ts'
import { judgeAsOfNow } from './judge-as-of-now.ts'
import { lookForSignatures, type SignatureDeps } from './look-for-signatures.ts'
import { readLayers, type LayerDeps } from './read-layers.ts'
import { runBenchmark } from '../core/benchmark/benchmark.ts'
import type { Digest } from '../core/image/digest.ts'
import type { ImageSource } from '../core/image/image.ts'
import { imageLayers } from '../core/image/layers.ts'
import {
  childKind,
  parseManifest,
  requireImage,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type Manifest,
  type Platform,
} from '../core/image/manifest.ts'
import { formatPlatform, platformMatches } from '../core/image/platform.ts'
import { catalogers } from '../core/inventory/catalogers.ts'
import { overlayOf, takeInventory } from '../core/inventory/inventory.ts'
import type { ImageLayer } from '../core/inventory/package.ts'
import { scanVersions } from '../core/layer/catalogers-key.ts'
import { isTransient } from '../core/layer/transient.ts'
import { findSecrets } from '../core/secrets/find-secrets.ts'
import { redactSecrets } from '../core/secrets/redact-secrets.ts'
import { asTallymanError, TallymanError } from '../errors.ts'

/** What to scan, and under which name it was found. */
export interface ScanTarget {
  readonly source: ImageSource
  readonly location: Location
  /** As asked for, for messages. */
  readonly reference: string
  readonly tag: string | null
  readonly tagOrDigest: string
  /** Null: every platform of an index. */
  readonly platform: Platform | null
}

export interface ScanDeps extends JudgeDeps, LayerDeps, SignatureDeps {
  readonly store: Store
  /** tallyman's version: kept with every scan. */
  readonly engine: string
  /** False: the feeds in the store are left aside, and coverage says that nothing was checked. */
  readonly matching?: boolean
}

/** What was scanned: the digest that the reference named, and the images in it (itself, if it is one). */
export interface Scanned {
  readonly root: Descriptor
  readonly images: readonly Descriptor[]
  /** Why other platforms of the index have no verdict now, the retryable reason first; null where all have. */
  readonly failure: TallymanError | null
}

/** An index in an index in an index is allowed; deeper nesting has no use and a hostile one no end. */
const maxIndexDepth = 3
/** Official images have some 20 platforms with variants; beyond this somebody wants to keep us busy. */
const maxPlatforms = 64

/**
 * The main job: manifest → layers → inventory → matches → verdict, for every platform the reference names. Safe to repeat
 * at any point: every write is keyed by digest. One platform's failure does not keep the others from their verdict.
 */
export async function scanImage(target: ScanTarget, deps: ScanDeps, signal: AbortSignal): Promise<Scanned> {
  const { source, location, reference, tag, tagOrDigest } = target
  const fetched = await source.manifest(tagOrDigest, signal)
  const root = fetched.descriptor
  const manifest = parseManifest(fetched.bytes, root.mediaType)
  if (manifest.kind !== 'index') {
    await deps.store.sightings.observe(location, root.digest, tag, deps.now().toISOString())
    const image = await imageOrRefuse(manifest, root.digest, reference, deps.store)
    if (target.platform) await requirePlatform(image, target.platform, target, signal)
    await scanPlatform({ descriptor: root, manifest: image, root }, source, deps, signal)
    return { root, images: [root], failure: null }
  }

  const platforms = await platformsOf(manifest, target, signal)
  const wanted = selected(platforms, target.platform, reference)
  await deps.store.images.saveIndex({
    digest: root.digest,
    mediaType: root.mediaType,
    children: platforms.map(({ descriptor, platform }) => ({ digest: descriptor.digest, platform })),
  })
  await deps.store.sightings.observe(location, root.digest, tag, deps.now().toISOString())
  const images: Descriptor[] = []
  const failures: TallymanError[] = []
  for (const { descriptor, platform } of wanted) {
    deps.progress(`${reference}: ${platform}`)
    try {
      const child = await source.manifest(descriptor.digest, signal)
      await deps.store.sightings.observe(location, descriptor.digest, null, deps.now().toISOString())
      const parsed = parseManifest(child.bytes, child.descriptor.mediaType)
      const image = await imageOrRefuse(parsed, descriptor.digest, reference, deps.store)
      await scanPlatform({ descriptor: child.descriptor, manifest: image, root }, source, deps, signal)
      images.push(descriptor)
    } catch (thrown) {
      const error = asTallymanError(thrown)
      // Some builders give an attestation or a model a platform: it is no image, and the index is whole without it.
      if (error.code !== 'NOT_AN_IMAGE') failures.push(error)
    }
  }
  signal.throwIfAborted()
  if (images.length === 0 && failures.length === 0) throw withoutImage(reference)
  return { root, images, failure: failures.find(({ retry }) => retry) ?? failures[0] ?? null }
}

async function requirePlatform(
  manifest: ImageManifest,
  wanted: Platform,
  { reference, source }: ScanTarget,
  signal: AbortSignal,
): Promise<void> {
  const { platform } = await imageConfigOf(manifest, source, signal)
  if (platformMatches(wanted, platform)) return
  const [asked, is] = [wanted, platform].map(formatPlatform)
  throw new TallymanError('PLATFORM_UNKNOWN', `${reference} is one image for ${is}; there is none for ${asked}`)
}

const withoutImage = (reference: string) =>
  new TallymanError('NOT_AN_IMAGE', `${reference} is an index without any image in it`)

/** NOT_AN_IMAGE, remembered: a signature or a chart will never have a verdict. */
async function imageOrRefuse(
  manifest: Manifest,
  digest: Digest,
  reference: string,
  store: Store,
): Promise<ImageManifest> {
  try {
    return requireImage(manifest, reference)
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.code === 'NOT_AN_IMAGE') await store.images.saveArtifact(digest, error.message)
    throw error
  }
}

interface FoundImage {
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
  /** The index that it is in, or itself. */
  readonly root: Descriptor
}

async function scanPlatform(
  { descriptor, manifest, root }: FoundImage,
  source: ImageSource,
  deps: ScanDeps,
  signal: AbortSignal,
): Promise<void> {
  const { store } = deps
  const former = await store.images.get(descriptor.digest)
  if (!inventoryIsCurrent(former)) {
    await store.images.save(await takeStock(descriptor, manifest, source, deps, signal))
  }
  // After it is stored: a signature that is pushed from now on finds it there, and is looked at by its own notification.
  const isNew = await lookForSignatures(descriptor.digest, root.digest, source, deps, signal)
  const scanned = isNew ? 'signatures changed' : scannedAgain
  const cause = former && !isReadByThese(former) ? 'analyser upgraded' : scanned
  await judgeAsOfNow(descriptor.digest, deps, signal, cause)
}

/** The same digest holds the same packages as long as the catalogers are the same: nothing is pulled twice, unless its reading died. */
function inventoryIsCurrent(image: ImageRecord | undefined): boolean {
  return image !== undefined && !isTransient({ gaps: image.coverage }) && isReadByThese(image)
}

function isReadByThese(image: ImageRecord): boolean {
  return isDeepStrictEqual(image.catalogers, scanVersions(catalogers))
}

async function takeStock(
  descriptor: Descriptor,
  manifest: ImageManifest,
  source: ImageSource,
  deps: ScanDeps,
  signal: AbortSignal,
): Promise<ScanRecord> {
  const config = await imageConfigOf(manifest, source, signal)
  const layers = imageLayers(manifest, config)
  const read = await readLayers(manifest.layers, source, deps, signal)
  const overlay = overlayOf({ layers, read })
  const inventory = takeInventory({ layers, read }, overlay)
  const secrets = findSecrets({ config, layers, read })
  const checks = runBenchmark({ config, layers, read, overlay, inventory, secrets })
  return {
    digest: descriptor.digest,
    mediaType: descriptor.mediaType,
    platform: formatPlatform(config.platform),
    created: config.created,
    size: layers.reduce((sum, { size }) => sum + size, 0),
    configDigest: manifest.config.digest,
    layers: layers.map(withoutSecrets),
    ...inventory,
    labels: config.run.labels,
    checks,
    secrets,
    engine: deps.engine,
    catalogers: scanVersions(catalogers),
    scannedAt: deps.now().toISOString(),
  }
}

/** Before it is kept anywhere: build instructions go into reports, answers and logs. */
function withoutSecrets(layer: ImageLayer): ImageLayer {
  return layer.createdBy === null ? layer : { ...layer, createdBy: redactSecrets(layer.createdBy) }
}

interface PlatformImage {
  readonly descriptor: Descriptor & { readonly platform: Platform }
  readonly platform: string
}

/**
 * The images of an index and of the indexes in it; attestations are left out. MANIFEST_INVALID over a limit: an index of
 * which only a part was looked at must not pass.
 */
async function platformsOf(index: ImageIndex, target: ScanTarget, signal: AbortSignal): Promise<PlatformImage[]> {
  const { reference, source } = target
  const found = new Map<Digest, PlatformImage>()
  const visited = new Set<Digest>()
  const visit = async (manifests: readonly Descriptor[], depth: number): Promise<void> => {
    for (const descriptor of manifests) {
      const kind = childKind(descriptor)
      if (visited.has(descriptor.digest) || (kind !== 'index' && kind !== 'image')) continue
      visited.add(descriptor.digest)
      if (visited.size > maxPlatforms || depth > maxIndexDepth) {
        const limits = `more than ${maxPlatforms} entries, or indexes nested deeper than ${maxIndexDepth}`
        throw new TallymanError('MANIFEST_INVALID', `${reference} has ${limits}: it is not scanned`)
      }
      if (kind === 'index') {
        const nested = await source.manifest(descriptor.digest, signal)
        const parsed = parseManifest(nested.bytes, nested.descriptor.mediaType)
        if (parsed.kind === 'index') await visit(parsed.manifests, depth + 1)
      } else {
        const known = await withPlatform(descriptor, source, signal)
        if (known) found.set(descriptor.digest, { descriptor: known, platform: formatPlatform(known.platform) })
      }
    }
  }
  await visit(index.manifests, 1)
  if (found.size === 0) throw withoutImage(reference)
  return [...found.values()]
}

/** Where an entry does not say its platform, the image's config knows. Undefined for what turns out not to be an image. */
async function withPlatform(
  descriptor: Descriptor,
  source: ImageSource,
  signal: AbortSignal,
): Promise<PlatformImage['descriptor'] | undefined> {
  if (descriptor.platform) return { ...descriptor, platform: descriptor.platform }
  const { bytes, descriptor: own } = await source.manifest(descriptor.digest, signal)
  const manifest = parseManifest(bytes, own.mediaType)
  if (manifest.kind !== 'image') return undefined
  const { platform } = await imageConfigOf(manifest, source, signal)
  return { ...descriptor, platform }
}

function selected(
  platforms: readonly PlatformImage[],
  wanted: Platform | null,
  reference: string,
): readonly PlatformImage[] {
  if (!wanted) return platforms
  const matching = platforms.filter(({ descriptor }) => platformMatches(wanted, descriptor.platform))
  if (matching.length > 0) return matching
  const offered = platforms.map(({ platform }) => platform).join(', ')
  throw new TallymanError('PLATFORM_UNKNOWN', `${reference} has no ${formatPlatform(wanted)}; it has ${offered}`)
}
