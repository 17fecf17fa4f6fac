import type { Digest } from '../image/digest.ts'
import { simpleSigningType } from './simple-signing.ts'

/** Types of artifacts that are signatures of what they refer to. */
const cosignType = 'application/vnd.dev.cosign.artifact.sig.v1+json'
const notationType = 'application/vnd.cncf.notary.signature'

/** Of all versions; what is not understood of older ones is said by its reader. */
const bundleTypes = /^application\/vnd\.dev\.sigstore\.bundle(\.v[0-9.]+)?\+json/

/** What an artifact is by its type, as far as signatures go. */
export function signatureKind(artifactType: string): 'cosign' | 'bundle' | 'notation' | undefined {
  if (artifactType === cosignType || artifactType === simpleSigningType) return 'cosign'
  if (artifactType === notationType) return 'notation'
  return bundleTypes.test(artifactType) ? 'bundle' : undefined
}

/** Where cosign keeps the signatures of an image on registries without referrers, and by default on all until version 3. */
export function signatureTag(image: Digest): string {
  return `${image.replace(':', '-')}.sig`
}

const tagPattern = /^sha256-(?<hex>[0-9a-f]{64})\.sig$/

/** The image whose signatures the tag holds; undefined for other tags. */
export function signedByTag(tag: string): Digest | undefined {
  const hex = tagPattern.exec(tag)?.groups?.['hex']
  return hex === undefined ? undefined : `sha256:${hex}`
}
