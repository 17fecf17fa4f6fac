import type { Digest } from '../../core/image/digest.ts'
import type { ImageSource } from '../../core/image/image.ts'
import type { Descriptor } from '../../core/image/manifest.ts'
import { readBlob } from './blobs.ts'
import { listTags } from './listing.ts'
import { deleteManifest, getManifest, headManifest, putManifest } from './manifests.ts'
import type { PushedManifest } from './manifests.ts'
import { attach, listReferrers, removeReferrer } from './referrers.ts'
import type { Attachment, ReferrersSupport } from './referrers.ts'
import type { Session } from './session.ts'
import { putBlob } from './uploads.ts'

/** One repository of a registry: reads images like every source, and writes. */
export interface Repository extends ImageSource {
  /** Digest, size and media type without the bytes; MANIFEST_UNKNOWN. */
  headManifest(tagOrDigest: string, signal: AbortSignal): Promise<Descriptor>
  putManifest(tagOrDigest: string, mediaType: string, bytes: Buffer, signal: AbortSignal): Promise<PushedManifest>
  deleteManifest(tagOrDigest: string, signal: AbortSignal): Promise<'deleted' | 'unknown' | 'unsupported'>
  /** Uploads unless it is there. */
  putBlob(digest: Digest, bytes: Buffer, signal: AbortSignal): Promise<void>
  /** In the registry's order; none where the repository is unknown. */
  tags(signal: AbortSignal): AsyncIterable<string>
  referrers(subject: Digest, artifactType: string | undefined, signal: AbortSignal): Promise<Descriptor[]>
  /** Pushes a manifest with a subject so that the subject's referrers list it. Its blobs must be there. Safe to repeat. */
  attach(attachment: Attachment, signal: AbortSignal): Promise<Descriptor>
  /** `kept` where the registry does not let anyone delete. Safe to repeat. */
  removeReferrer(subject: Digest, referrer: Digest, signal: AbortSignal): Promise<'removed' | 'kept'>
}

export function createRepository(session: Session, support: ReferrersSupport, name: string): Repository {
  return {
    manifest: (tagOrDigest, signal) => getManifest(session, name, tagOrDigest, signal),
    blob: (descriptor, signal) => readBlob(session, name, descriptor, signal),
    headManifest: (tagOrDigest, signal) => headManifest(session, name, tagOrDigest, signal),
    putManifest: async (tagOrDigest, mediaType, bytes, signal) =>
      (await putManifest(session, name, tagOrDigest, mediaType, bytes, signal)) || {},
    deleteManifest: (tagOrDigest, signal) => deleteManifest(session, name, tagOrDigest, signal),
    putBlob: (digest, bytes, signal) => putBlob(session, name, digest, bytes, signal),
    tags: (signal) => listTags(session, name, signal),
    referrers: (subject, artifactType, signal) => listReferrers(session, support, name, subject, artifactType, signal),
    attach: (attachment, signal) => attach(session, support, name, attachment, signal),
    removeReferrer: (subject, referrer, signal) => removeReferrer(session, support, name, subject, referrer, signal),
  }
}
