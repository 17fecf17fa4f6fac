import type { Digest } from '../image/digest.ts'
import { asObject, parseJsonObject, textOf } from '../image/json-fields.ts'
import { byNobody, bytesOf, type Signed } from './signed.ts'
import { signersOf, type TrustedKey } from './trusted-key.ts'

/** Cosign's first format, one layer a signature: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json'
/** Of the layer: the signature of its bytes, in base64. */
export const signatureAnnotation = 'dev.cosignproject.cosign/signature'

const payloadType = 'cosign container image signature'

/**
 * Who signed `image` by this payload. The payload is read only when a trusted key has signed it. The name in it
 * (`docker-reference`) is not looked at: an image may be copied with its signatures.
 */
export function verifySimpleSigning(
  payload: Buffer,
  signature: string | undefined,
  image: Digest,
  keys: readonly TrustedKey[],
): Signed {
  if (signature === undefined) return { problem: `its layer has no annotation ${signatureAnnotation}` }
  const bytes = bytesOf(signature)
  if (!bytes) return { problem: 'its signature is not base64' }
  const by = signersOf(payload, bytes, keys)
  return by.length === 0 ? byNobody : (mistakeOf(payload, image) ?? { by })
}

function mistakeOf(payload: Buffer, image: Digest): Signed | undefined {
  let type: string | undefined
  let digest: string | undefined
  try {
    const critical = asObject(parseJsonObject(payload, 'payload').critical, 'payload.critical')
    type = textOf(critical, 'type', 'payload.critical')
    digest = textOf(asObject(critical.image, 'payload.critical.image'), 'docker-manifest-digest', 'payload.critical')
  } catch {
    return { problem: 'what is signed is not a payload of cosign' }
  }
  if (type !== payloadType) return { problem: 'what is signed is not the signature of an image by its type' }
  return digest === image ? undefined : { problem: 'it is the signature of another image' }
}
