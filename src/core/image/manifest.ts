import type { Digest } from './digest.ts'

/** OCI image-spec descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly artifactType?: string
  readonly platform?: Platform
}

/** Normalised as containerd does: x86_64 is amd64, arm64 has no variant v8. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly osVersion?: string
}
