import type { Digest } from '../image/digest.ts'
import type { CoverageEntry, Fact } from '../inventory/package.ts'

/** What one cataloger made of one evidence file. */
export interface Reading {
  readonly path: string
  readonly cataloger: string
  readonly facts: readonly Fact[]
  /** What it could not understand; each becomes a coverage entry of the image if the file is still there after the overlay. */
  readonly notes: readonly string[]
}

/**
 * What was found in one layer: computed once ever, keyed by the verified blob digest and the catalogers' versions, plain
 * JSON. Paths are normalised: no leading slash, no `.` or `..`, directories without trailing slash.
 */
export interface LayerFacts {
  readonly blob: Digest
  /** Uncompressed bytes that were read. */
  readonly uncompressedSize: number
  readonly entryCount: number
  /** Paths that this layer removes from lower layers (a whiteout's target; also char devices 0:0). */
  readonly whiteouts: readonly string[]
  /** Directories whose lower content this layer hides. */
  readonly opaques: readonly string[]
  /** Every symlink: path and raw target. */
  readonly symlinks: readonly (readonly [path: string, target: string])[]
  /**
   * Hard links whose own path a cataloger wants and whose target lies in a lower layer: path and target path. Those whose
   * target lies in this layer are not here: they have `readings` of their own.
   */
  readonly hardlinks: readonly (readonly [path: string, target: string])[]
  /** Every directory, newline-joined. Needed where an upper layer puts a directory over a lower layer's symlink. */
  readonly directories: string
  /** Every other entry that is not a symlink, newline-joined. Needed where it replaces a lower layer's file or directory. */
  readonly files: string
  readonly readings: readonly Reading[]
  /** Limits met, unreadable parts. Empty when all of the layer was understood. `subject` is left to the caller. */
  readonly gaps: readonly Omit<CoverageEntry, 'subject'>[]
}

/** What the layer reader is told about a blob. */
export interface LayerBlob {
  readonly digest: Digest
  /** Compressed bytes, from the descriptor; verified. */
  readonly size: number
  readonly mediaType: string
}

/**
 * Verifies, inflates, walks and catalogs one layer's raw bytes. BLOB_CORRUPT if they are not what digest and size say
 * (retryable); everything else that is wrong with the layer ends as a gap in the facts.
 */
export interface LayerReader {
  /**
   * `open` starts the blob's bytes from the beginning. It is not called at all where another call is reading the same
   * blob, and called again where one pass is not enough (a package database that is a hard link to an earlier file).
   */
  read(blob: LayerBlob, open: () => AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LayerFacts>
  close(): Promise<void>
}
