/** The files of a layout or an archive, by path within it, wherever they lie. */
export interface Files {
  /** For messages: the directory or file that the user named. */
  readonly name: string
  /** Bytes of a regular file; undefined where there is none of that path. */
  size(path: string): Promise<number | undefined>
  /** Its bytes in order. `path` must be one that has a size. */
  read(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Layers are read to the end in one go: large pieces cost the least. */
export const readAheadBytes = 1024 * 1024
