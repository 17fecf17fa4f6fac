import { blockSize, parseHeader } from './tar-header.ts'

export type LayerFormat = 'gzip' | 'zstd' | 'tar' | 'xz' | 'bzip2' | 'unknown'

/** Enough to tell the formats apart: the first header of a plain tar. */
export const formatBytes = blockSize

const magics: readonly (readonly [LayerFormat, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
]

/**
 * What a layer is, by its first `formatBytes` bytes (fewer only if it is shorter). Media types lie often enough: Docker's
 * says gzip where the blob is plain, and rewriting tools keep the old one.
 */
export function formatOf(head: Buffer): LayerFormat {
  for (const [format, magic] of magics) if (magic.every((byte, i) => head[i] === byte)) return format
  // A zstd skippable frame, 0x184D2A50 to 5F: zstd:chunked and pzstd begin with one.
  if (head.length >= 4 && (head[0]! & 0xf0) === 0x50 && head.toString('latin1', 1, 4) === '\x2a\x4d\x18') return 'zstd'
  return isTar(head) ? 'tar' : 'unknown'
}

function isTar(head: Buffer): boolean {
  if (head.length === 0) return true // an archive of nothing, as Go's archive/tar sees it
  if (head.toString('latin1', 257, 262) === 'ustar') return true
  try {
    if (head.length >= blockSize) parseHeader(head, 0)
    return head.length >= blockSize
  } catch {
    return false
  }
}
