import type { Digest } from './digest.ts'
import type { Descriptor } from './manifest.ts'

/** A manifest or index as a source has it: the raw bytes, whose digest is `descriptor.digest` (verified). */
export interface FetchedManifest {
  readonly descriptor: Descriptor
  readonly bytes: Buffer
}

/**
 * Where images come from: a registry's repository, an OCI layout, a docker archive. The same scan reads them all.
 * `signal` aborts the work.
 */
export interface ImageSource {
  /** By tag or digest; MANIFEST_UNKNOWN where there is none. */
  manifest(tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest>
  /** The blob's raw bytes in order, not yet verified (the reader verifies while it reads). BLOB_UNKNOWN where there is none. */
  blob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** What refers to an image, of one artifact type or of all; undefined where the source does not keep that. */
  referrers?(subject: Digest, artifactType: string | undefined, signal: AbortSignal): Promise<readonly Descriptor[]>
}
