import { basenameOf } from './path.ts'

/**
 * OCI image-spec layer.md, whiteouts: `d/.wh.x` removes `d/x` of lower layers, `d/.wh..wh..opq` hides all that lower layers
 * have in `d`. Other names that begin with `.wh..wh.` are AUFS's own bookkeeping. `/usr/share/white` is none of these, nor
 * is `a.wh.b`.
 */
export type Marker =
  | { readonly kind: 'whiteout'; readonly path: string }
  /** `path` is '' for the root. */
  | { readonly kind: 'opaque'; readonly path: string }
  | { readonly kind: 'metadata' }
  /** A whiteout of nothing, of `.` or of `..`. */
  | { readonly kind: 'invalid' }

const prefix = '.wh.'
const metadataPrefix = '.wh..wh.'
const opaqueName = '.wh..wh..opq'

/** undefined for an ordinary path. `path` is normalised. */
export function markerOf(path: string): Marker | undefined {
  if (!path.includes(prefix)) return undefined
  const basename = basenameOf(path)
  const parent = path.slice(0, -basename.length)
  const isInMetadata = parent.split('/').some((segment) => segment.startsWith(metadataPrefix))
  if (isInMetadata) return { kind: 'metadata' }
  if (basename === opaqueName) return { kind: 'opaque', path: parent.slice(0, -1) }
  if (basename.startsWith(metadataPrefix)) return { kind: 'metadata' }
  if (!basename.startsWith(prefix)) return undefined
  const removed = basename.slice(prefix.length)
  if (removed === '' || removed === '.' || removed === '..') return { kind: 'invalid' }
  return { kind: 'whiteout', path: parent + removed }
}
