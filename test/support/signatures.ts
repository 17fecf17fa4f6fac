import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { digestOf, type Digest } from '../../src/core/image/digest.ts'
import type { Descriptor } from '../../src/core/image/manifest.ts'
import { mediaTypes } from '../../src/core/image/media-type.ts'
import { bundleType } from '../../src/core/signature/sigstore-bundle.ts'
import { signatureAnnotation, simpleSigningType } from '../../src/core/signature/simple-signing.ts'
import { buildArtifact, type Built } from './build-image.ts'

export interface KeyPair {
  /** PEM. */
  readonly publicKey: string
  readonly privateKey: KeyObject
}

type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'rsa'

export function keyPair(kind: KeyKind = 'P-256'): KeyPair {
  const { publicKey, privateKey } = pairOf(kind)
  return { publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })), privateKey }
}

function pairOf(kind: KeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519')
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return generateKeyPairSync('ec', { namedCurve: kind })
}

/** In base64. Ed25519 has its own hash. */
export function signatureOf(bytes: Buffer, { privateKey }: KeyPair, hash = 'sha256'): string {
  return sign(privateKey.asymmetricKeyType === 'ed25519' ? null : hash, bytes, privateKey).toString('base64')
}

/** What `cosign sign` signs. */
export function payloadOf(image: Digest, type = 'cosign container image signature'): Buffer {
  const identity = { 'docker-reference': 'registry.example/team/api' }
  return Buffer.from(
    JSON.stringify({ critical: { identity, image: { 'docker-manifest-digest': image }, type }, optional: null }),
  )
}

interface SignedPayload {
  readonly payload: Buffer
  readonly signature?: string
}

/** As cosign keeps it under the image's signature tag: an image config, and one layer a signature. */
export function cosignManifest(signatures: readonly SignedPayload[]): Built {
  const blob = (bytes: Buffer, mediaType: string) => ({
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
    bytes,
  })
  const config = blob(Buffer.from('{"architecture":"","os":"","rootfs":{"type":"layers"}}'), mediaTypes.ociConfig)
  const layers = signatures.map(({ payload, signature }) => ({
    ...blob(payload, simpleSigningType),
    annotations: signature === undefined ? {} : { [signatureAnnotation]: signature },
  }))
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: config.descriptor,
    layers: layers.map(({ descriptor, annotations }) => ({ ...descriptor, annotations })),
  }
  return {
    ...blob(Buffer.from(JSON.stringify(manifest)), mediaTypes.ociManifest),
    blobs: [config, ...layers],
    children: [],
  }
}

/** What `cosign sign` pushes to the tag. */
export function cosignSignature(image: Digest, key: KeyPair): Built {
  const payload = payloadOf(image)
  return cosignManifest([{ payload, signature: signatureOf(payload, key) }])
}

export interface BundleSpec {
  readonly predicateType?: string
  readonly statementType?: string
  readonly payloadType?: string
  /** Laid over the bundle. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** The statement that the image is signed. */
export function statementOf(image: Digest, { statementType, predicateType }: BundleSpec = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      _type: statementType ?? 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: image.slice('sha256:'.length) }, annotations: {} }],
      predicateType: predicateType ?? 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    }),
  )
}

/** What newer versions write: a DSSE envelope over the statement. */
export function bundleOf(image: Digest, key: KeyPair, spec: BundleSpec = {}): Buffer {
  return bundleAround(statementOf(image, spec), key, spec)
}

export function bundleAround(payload: Buffer, key: KeyPair, { payloadType, extra }: BundleSpec = {}): Buffer {
  const type = payloadType ?? 'application/vnd.in-toto+json'
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])
  return Buffer.from(
    JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint: 'release' } },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType: type,
        signatures: [{ sig: signatureOf(encoded, key) }],
      },
      ...extra,
    }),
  )
}

/** A bundle as a referrer of the image. */
export function bundleReferrer(subject: Descriptor, bundle: Buffer, annotations: Record<string, string> = {}): Built {
  const payload = { mediaType: bundleType, content: bundle }
  return buildArtifact({ artifactType: bundleType, payload, subject, annotations })
}
