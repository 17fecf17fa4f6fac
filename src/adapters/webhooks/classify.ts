import { isDigest } from '../../core/image/digest.ts'
import { isLayerType } from '../../core/image/media-type.ts'
import type { Notification, Push } from '../../core/image/push.ts'
import { isRepository, isTag } from '../../core/image/reference.ts'
import { signedByTag } from '../../core/signature/artifacts.ts'

/** What a registry says was pushed, word for word: absent, null, blank and hostile texts are all possible. */
export interface Claim {
  readonly host?: string | undefined
  readonly repository?: string | null | undefined
  /** Some senders repeat the digest here when there is no tag. */
  readonly tag?: string | null | undefined
  readonly digest?: string | null | undefined
  readonly mediaType?: string | null | undefined
  readonly actor?: string | null | undefined
  readonly manifest?: ManifestClaim | undefined
}

/** As much of the pushed manifest as the sender shows. */
export interface ManifestClaim {
  readonly artifactType?: string | null | undefined
  readonly hasSubject?: boolean
  /** Of config and layers. */
  readonly mediaTypes: readonly string[]
}

/** The tag schema of referrers (distribution-spec) and cosign's signatures, attestations and SBOMs. */
const referrerTag = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/

const artifactKinds: readonly (readonly [RegExp, string])[] = [
  [/^application\/vnd\.tallyman\./, 'own-write-back'],
  [/^application\/vnd\.(dev\.cosign|dev\.sigstore|cncf\.notary)\./, 'signature'],
  [/^application\/vnd\.(in-toto\+json|in-toto\.|dsse\.)/, 'attestation'],
]

export function ignored(reason: string): Notification {
  return { action: 'ignored', reason }
}

/** A push, or the reason why it is none of ours. Names that break the distribution grammar end here. */
export function pushed(claim: Claim): Notification {
  const name = nameOf(claim)
  if (!name) return ignored('invalid-name')
  if (name.tag === undefined && name.digest === undefined) return ignored('invalid-name')
  const from = { ...(claim.host ? { host: claim.host } : {}), ...(claim.actor ? { actor: claim.actor } : {}) }
  const { repository, tag } = name
  const signed = tag === undefined ? undefined : signedByTag(tag)
  if (signed) return { action: 'signature', push: { repository, digest: signed, ...from }, reason: 'referrer' }
  if (tag !== undefined && referrerTag.test(tag)) return ignored('referrer')
  const artifact = claim.manifest && artifactKind(claim.manifest)
  if (artifact === 'signature') return { action: 'signature', push: { ...name, ...from }, reason: artifact }
  if (artifact) return ignored(artifact)
  const push: Push = { ...name, ...from, ...(claim.mediaType ? { mediaType: claim.mediaType } : {}) }
  return { action: 'push', push }
}

/** A tag, a digest or (with neither) a repository that is gone. A name that we cannot read deletes nothing. */
export function deleted(claim: Pick<Claim, 'repository' | 'tag' | 'digest'>): Notification {
  const name = nameOf(claim)
  if (!name || claim.tag === '' || claim.digest === '') return ignored('invalid-name')
  if (name.tag !== undefined && referrerTag.test(name.tag)) return ignored('referrer')
  return { action: 'delete', ...name }
}

function nameOf({ repository, tag, digest }: Claim): { repository: string; tag?: string; digest?: string } | undefined {
  if (!repository || !isRepository(repository)) return undefined
  if (digest && !isDigest(digest)) return undefined
  const tagIsDigest = tag ? isDigest(tag) : false
  if (tag && !tagIsDigest && !isTag(tag)) return undefined
  const identity = digest || (tagIsDigest ? tag : undefined)
  return {
    repository,
    ...(tag && !tagIsDigest ? { tag } : {}),
    ...(identity ? { digest: identity } : {}),
  }
}

/**
 * Only what no runtime would start is dropped: a manifest with one real layer is an image whatever else it claims to be,
 * or an extra field would be enough to hide an image from the scanner.
 */
function artifactKind({ artifactType, hasSubject, mediaTypes }: ManifestClaim): string | undefined {
  if (mediaTypes.some(isLayerType)) return undefined
  for (const [pattern, kind] of artifactKinds) {
    if ((artifactType && pattern.test(artifactType)) || mediaTypes.some((type) => pattern.test(type))) return kind
  }
  return hasSubject ? 'referrer' : undefined
}
