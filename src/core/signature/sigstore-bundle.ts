import type { Digest } from '../image/digest.ts'
import { asObject, invalid, listOf, objectOf, parseJsonObject, textOf, type JsonObject } from '../image/json-fields.ts'
import { byNobody, bytesOf, type Signed } from './signed.ts'
import { keyOfHint, signersOf, type TrustedKey } from './trusted-key.ts'

/** Cosign's newer format: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
/** Of the manifest: what the bundle in it states, so that others need not be pulled. */
export const predicateAnnotation = 'dev.sigstore.bundle.predicateType'
/** The statement "this is signed". Others (an SBOM, a scan's result) may as well say that an image is bad. */
export const signPredicate = 'https://sigstore.dev/cosign/sign/v1'

const inTotoType = 'application/vnd.in-toto+json'
const statementTypes = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']
/** An index with its platforms has dozens. */
const maxSubjects = 1_000
/** One for each signer: cosign writes one. */
const maxEnvelopeSignatures = 20
/** The statement of a signature has some hundred bytes. */
const maxPayloadLength = 1024 * 1024

/**
 * Who signed `image` by this bundle: of its DSSE envelope, whose statement is read only when a trusted key has signed it. What
 * else is in it (certificates, log entries, timestamps) decides nothing: a key of the configuration is trusted as it is.
 */
export function verifyBundle(bundle: Buffer, image: Digest, keys: readonly TrustedKey[]): Signed {
  let envelope: Envelope | undefined
  try {
    envelope = envelopeOf(parseJsonObject(bundle, 'bundle'))
  } catch (error) {
    return { problem: `it is not a bundle: ${(error as Error).message}` }
  }
  if (!envelope) return { problem: 'its bundle signs a file, not an image' }
  const { payload, payloadType, signatures } = envelope
  const encoded = preAuthenticationEncoding(payloadType, payload)
  const by = [...new Set(signatures.flatMap((signature) => signersOf(encoded, signature, keys)))]
  if (by.length === 0) return unverified(envelope.hint, keys)
  if (payloadType !== inTotoType) return { problem: 'what is signed in its bundle is not a statement' }
  try {
    const images = signedImages(parseJsonObject(payload, 'statement'))
    if (!images) return byNobody
    return images.includes(image) ? { by } : { problem: 'it is the signature of another image' }
  } catch (error) {
    return { problem: `its statement cannot be read: ${(error as Error).message}` }
  }
}

/** Somebody else's, unless it says to be by one of ours. */
function unverified(hint: string, keys: readonly TrustedKey[]): Signed {
  const claimed = keyOfHint(hint, keys)
  if (!claimed) return byNobody
  // RFC 8032, section 5.1: another signature of the same key, which node:crypto does not have. Cosign 3 makes it of all bundles.
  const why = claimed.key.asymmetricKeyType === 'ed25519' ? '; Ed25519ph, as cosign 3 has it, is not supported' : ''
  return { problem: `it names the key ${claimed.name}, with which it does not verify${why}` }
}

interface Envelope {
  readonly hint: string
  readonly payload: Buffer
  readonly payloadType: string
  readonly signatures: readonly Buffer[]
}

/** Undefined where the bundle has none. */
function envelopeOf(bundle: JsonObject): Envelope | undefined {
  if (textOf(bundle, 'mediaType', 'bundle') !== bundleType) throw invalid('bundle.mediaType', `is not ${bundleType}`)
  const envelope = objectOf(bundle, 'dsseEnvelope', 'bundle')
  if (!envelope) return undefined
  const what = 'bundle.dsseEnvelope'
  const payload = bytesOf(envelope.payload, maxPayloadLength)
  const signatures = (listOf(envelope, 'signatures', what, maxEnvelopeSignatures) ?? []).map((each) =>
    bytesOf(asObject(each, `${what}.signatures`).sig),
  )
  if (!payload || signatures.some((signature) => !signature))
    throw invalid(what, 'has a payload or signature that is not base64')
  const publicKey = objectOf(asObject(bundle.verificationMaterial ?? {}, 'bundle'), 'publicKey', 'bundle') ?? {}
  return {
    hint: textOf(publicKey, 'hint', 'bundle.verificationMaterial.publicKey') ?? '',
    payload,
    payloadType: textOf(envelope, 'payloadType', what) ?? '',
    signatures: signatures.filter((signature) => signature !== undefined),
  }
}

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function preAuthenticationEncoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])
}

/** Digests of what it states to be signed; undefined for a statement of another kind. */
function signedImages(statement: JsonObject): readonly string[] | undefined {
  if (!statementTypes.includes(textOf(statement, '_type', 'statement') ?? ''))
    throw invalid('statement._type', `is neither ${statementTypes.join(' nor ')}`)
  if (textOf(statement, 'predicateType', 'statement') !== signPredicate) return undefined
  return (listOf(statement, 'subject', 'statement', maxSubjects) ?? []).map((subject) => {
    const what = 'statement.subject'
    const digest = objectOf(asObject(subject, what), 'digest', what) ?? {}
    return `sha256:${textOf(digest, 'sha256', `${what}.digest`)}`
  })
}
