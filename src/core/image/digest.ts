import { hash } from 'node:crypto'

/** `sha256:` and 64 lower-case hex digits (OCI image-spec descriptor.md; other algorithms are refused where they are read). */
export type Digest = `sha256:${string}`

const pattern = /^sha256:[0-9a-f]{64}$/

export function isDigest(text: string): text is Digest {
  return pattern.test(text)
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${hash('sha256', bytes)}`
}
