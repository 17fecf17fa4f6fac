import { constants, createGunzip, createZstdDecompress } from 'node:zlib'

/** Takes inflated bytes, valid during the call only; false: no more are wanted. */
export type Emit = (chunk: Buffer) => boolean

/**
 * Inflates piece by piece. A promise is returned only where Node's synchronous inflater cannot be had; await it before the
 * next call. `write` and `end` throw where the data are corrupt or truncated.
 */
export interface Inflater {
  write(chunk: Uint8Array): void | Promise<void>
  end(): void | Promise<void>
  /** Frees the native memory. */
  close(): void
}

/**
 * Bytes per inflated chunk. On a layer of 304 MB (910 MB inflated) Node's default of 16 KiB takes 5.0 s of CPU through the
 * public stream, 1 MiB 2.8 s; through the synchronous handle 256 KiB takes 2.3 s, and more gains nothing.
 */
export const inflatedChunkSize = 256 * 1024

/**
 * Zstandard frames may ask for any window; 128 MiB is what the zstd program allows without `--long`, and bounds what one
 * layer can make a worker hold.
 */
const zstdOptions = {
  chunkSize: inflatedChunkSize,
  params: { [constants.ZSTD_d_windowLogMax]: 27 },
}

export const engines = {
  gzip: {
    create: () => createGunzip({ chunkSize: inflatedChunkSize }),
    // Gunzip goes through concatenated members by itself; what it leaves over is padding.
    goesOn: false,
    flush: { none: constants.Z_NO_FLUSH, finish: constants.Z_FINISH },
  },
  zstd: {
    create: () => createZstdDecompress(zstdOptions),
    // Node's decoder stops after each frame, without a word. zstd:chunked layers have one frame a file.
    goesOn: true,
    flush: { none: constants.ZSTD_e_continue, finish: constants.ZSTD_e_end },
  },
}

export type Engine = (typeof engines)[keyof typeof engines]
