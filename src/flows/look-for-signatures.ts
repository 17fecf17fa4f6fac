import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import type { ImageSource } from '../core/image/image.ts'
import { parseManifest, type Descriptor, type Manifest } from '../core/image/manifest.ts'
import { mediaTypes } from '../core/image/media-type.ts'
import { readVerified } from '../core/image/verified.ts'
import { signatureKind, signatureTag } from '../core/signature/artifacts.ts'
import { bundleType, predicateAnnotation, signPredicate, verifyBundle } from '../core/signature/sigstore-bundle.ts'
import type { Signed } from '../core/signature/signed.ts'
import { signatureAnnotation, simpleSigningType, verifySimpleSigning } from '../core/signature/simple-signing.ts'
import { keysFingerprint, type TrustedKey } from '../core/signature/trusted-key.ts'
import { asTallymanError } from '../errors.ts'

export interface SignatureDeps {
  readonly store: { readonly images: Pick<Store['images'], 'saveSignatures'> }
  /** Whose signatures count; none: nobody looks for any. */
  readonly keys?: readonly TrustedKey[]
}

/** Pipelines that sign again every night leave hundreds; beyond this somebody wants to keep us busy. */
const maxSignatures = 200
/** A payload has some 250 bytes, and annotations of the signer's. */
const maxPayloadBytes = 64 * 1024
/** A bundle has some kilobytes; those with large statements are not signatures. */
const maxBundleBytes = 1024 * 1024

/**
 * Looks where the image lies for signatures of it, or of the index that it is in, and stores whose they are. True where that
 * is another answer than before. A registry that is away throws, as for layers: the image is not judged without its answer.
 */
export async function lookForSignatures(
  image: Digest,
  root: Digest,
  source: ImageSource,
  { store, keys = [] }: SignatureDeps,
  signal: AbortSignal,
): Promise<boolean> {
  if (keys.length === 0) return store.images.saveSignatures(image, null)
  if (!hasReferrers(source)) return false
  const by = new Set<string>()
  const problems: string[] = []
  for (const digest of new Set([image, root])) {
    let left = maxSignatures
    for await (const { from, signed } of signaturesOf(digest, { source, keys, signal })) {
      if ('problem' in signed) problems.push(`${from}: ${signed.problem}`)
      else for (const name of signed.by) by.add(name)
      left -= 1
      if (left === 0) problems.push(`${digest}: after ${maxSignatures} signatures the others were not looked at`)
      if (left === 0 || by.size === keys.length) break
    }
  }
  return store.images.saveSignatures(image, { keys: keysFingerprint(keys), by: [...by], problems })
}

/** Where images come with what refers to them. */
type SignedSource = ImageSource & Required<Pick<ImageSource, 'referrers'>>

const hasReferrers = (source: ImageSource): source is SignedSource => source.referrers !== undefined

interface Look {
  readonly source: SignedSource
  readonly keys: readonly TrustedKey[]
  readonly signal: AbortSignal
}

/** Each signature that lies beside `image`, and what was not understood, as it is found. */
async function* signaturesOf(image: Digest, look: Look): AsyncGenerator<{ from: string; signed: Signed }> {
  const { source, signal } = look
  const tag = signatureTag(image)
  yield* understood(tag, signal, () => signedInTag(tag, image, look))
  let referrers: readonly Descriptor[]
  try {
    referrers = await source.referrers(image, undefined, signal)
  } catch (thrown) {
    yield { from: `referrers of ${image}`, signed: problemOf(thrown, signal) }
    return
  }
  const candidates = referrers.filter(mayBeSignature)
  for (const { digest } of candidates.slice(0, maxSignatures))
    yield* understood(digest, signal, () => signedInReferrer(digest, image, look))
  if (candidates.length > maxSignatures)
    yield { from: `referrers of ${image}`, signed: { problem: `only the first ${maxSignatures} were looked at` } }
}

/** By what the list says. Cosign lists its own under the type of their empty config where the registry has no list itself. */
function mayBeSignature({ artifactType = mediaTypes.ociEmpty, annotations = {} }: Descriptor): boolean {
  const mayBe = artifactType === mediaTypes.ociEmpty || signatureKind(artifactType) !== undefined
  return mayBe && mayBeSigned(annotations)
}

/** A bundle that says itself to be another statement than "this is signed" is taken at its word. */
function mayBeSigned({ [predicateAnnotation]: predicate }: Readonly<Record<string, string>>): boolean {
  return predicate === undefined || predicate === signPredicate
}

/** What is wrong with one signature, and will be wrong tomorrow, is said of it; it does not hide the others. */
async function* understood(
  from: string,
  signal: AbortSignal,
  read: () => AsyncGenerator<Signed>,
): AsyncGenerator<{ from: string; signed: Signed }> {
  try {
    for await (const signed of read()) yield { from, signed }
  } catch (thrown) {
    yield { from, signed: problemOf(thrown, signal) }
  }
}

/** Throws on what another try may mend. */
function problemOf(thrown: unknown, signal: AbortSignal): Signed {
  signal.throwIfAborted()
  const error = asTallymanError(thrown)
  if (error.retry) throw error
  return { problem: error.message }
}

async function* signedInTag(tag: string, image: Digest, look: Look): AsyncGenerator<Signed> {
  let manifest: Manifest
  try {
    manifest = await manifestOf(tag, look)
  } catch (thrown) {
    // Most images have none.
    if (asTallymanError(thrown).code === 'MANIFEST_UNKNOWN') return
    throw thrown
  }
  yield* payloadsIn(manifest, image, look)
}

async function* signedInReferrer(digest: Digest, image: Digest, look: Look): AsyncGenerator<Signed> {
  const manifest = await manifestOf(digest, look)
  const kind = manifest.kind === 'artifact' ? signatureKind(manifest.artifactType) : undefined
  if (kind === 'cosign') yield* payloadsIn(manifest, image, look)
  if (kind === 'bundle') yield* bundlesIn(manifest, image, look)
  if (kind === 'notation') yield { problem: 'it is a signature of notation, which is not verified' }
}

async function manifestOf(tagOrDigest: string, { source, signal }: Look): Promise<Manifest> {
  const { bytes, descriptor } = await source.manifest(tagOrDigest, signal)
  return parseManifest(bytes, descriptor.mediaType)
}

const layersOf = (manifest: Manifest): readonly Descriptor[] => (manifest.kind === 'index' ? [] : manifest.layers)

async function* payloadsIn(manifest: Manifest, image: Digest, look: Look): AsyncGenerator<Signed> {
  const payloads = layersOf(manifest).filter(({ mediaType }) => mediaType === simpleSigningType)
  if (payloads.length === 0) yield { problem: 'there is no signature in it' }
  // Signatures of the same image are mostly over the same payload.
  const pulled = new Map<Digest, Buffer>()
  for (const layer of payloads) {
    try {
      const payload = pulled.get(layer.digest) ?? (await blobOf(layer, maxPayloadBytes, look))
      pulled.set(layer.digest, payload)
      yield verifySimpleSigning(payload, layer.annotations?.[signatureAnnotation], image, look.keys)
    } catch (thrown) {
      yield problemOf(thrown, look.signal)
    }
  }
}

async function* bundlesIn(manifest: Manifest, image: Digest, look: Look): AsyncGenerator<Signed> {
  // Not every registry lists a referrer with its annotations.
  if (!mayBeSigned(manifest.annotations)) return
  const [bundle, ...more] = layersOf(manifest)
  if (bundle?.mediaType !== bundleType || more.length > 0) yield { problem: `it is not one ${bundleType}` }
  else yield verifyBundle(await blobOf(bundle, maxBundleBytes, look), image, look.keys)
}

function blobOf(descriptor: Descriptor, most: number, { source, signal }: Look): Promise<Buffer> {
  return readVerified(source.blob(descriptor, signal), descriptor, most)
}
