import type { Fact } from './package.ts'

/** A file that a cataloger asked for, whole. */
export interface EvidenceFile {
  /** Without leading slash, `/`-separated. */
  readonly path: string
  /** Valid until `read` has ended: the next file may be written over it. */
  readonly bytes: Buffer
}

/** Reads one large file piece by piece, in order. */
export interface Passing {
  /** The file's next bytes, valid during the call. */
  piece(bytes: Buffer): void
  /** What `read` would have found; `whole` where that takes the whole file: the layer is then read once more. */
  end(): Iterable<Fact> | 'whole'
}

/**
 * Reads one kind of package evidence. A value, not a class: one file, one exported const, one line in catalogers.ts.
 * `read` is pure and never throws for bad input: what it cannot understand it notes, and a note becomes a coverage entry.
 */
export interface Cataloger {
  readonly name: string
  /** Raise it when the same bytes would give other facts: stored layer facts are then made anew. */
  readonly version: number
  /** Bytes of the largest file it reads; a larger one is a coverage entry. */
  readonly maxBytes: number
  /**
   * `settings`: read for the benchmark, and nothing of the inventory depends on it. What of it cannot be read makes checks
   * undecidable, not the image's coverage incomplete. `packages` unless given.
   */
  readonly subject?: 'packages' | 'settings'
  /** Cheap: called for every regular file of every layer. `basename` is the last part of `path`. */
  wants(path: string, basename: string): boolean
  /**
   * For files that are known by their content, whatever their name: called with the first 64 bytes of every regular file of
   * 512 bytes or more that no cataloger wants for its path. Of links, only hard links in the same layer are followed.
   */
  wantsContent?(head: Buffer, path: string, basename: string, size: number): boolean
  /**
   * Reads files beside the others: `wantsContent` is asked for every regular file that is not empty, small ones and those
   * that others want as well. Its files and facts have limits of their own, and larger files than `maxBytes` are not asked for.
   */
  readonly beside?: true
  read(file: EvidenceFile, note: (problem: string) => void): Iterable<Fact>
  /** Of files that are known by their content, those too large to hold (8 MiB) come this way instead, if all who read them can. */
  pass?(path: string, note: (problem: string) => void): Passing
}
