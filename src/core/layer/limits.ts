const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

/**
 * What one layer may cost. A layer over a limit is not an error: the part that was read stands, a gap says what was not,
 * and the rest of the blob is only hashed.
 */
export interface LayerLimits {
  /** Inflated bytes. */
  readonly uncompressedBytes: number
  /** Inflated bytes per compressed byte, looked at beyond `ratioFloorBytes` only. */
  readonly ratio: number
  readonly ratioFloorBytes: number
  readonly entries: number
  /** Of one path or link target. */
  readonly pathLength: number
  /** All paths and targets of the layer together, in characters. */
  readonly pathCharacters: number
  /** One pax header, GNU long name or sparse map. */
  readonly headerBytes: number
  /** Bodies handed to catalogers, all together; one body's limit is its cataloger's `maxBytes`. */
  readonly evidenceBytes: number
  readonly facts: number
  /** Entries whose mode, kind or attributes are kept: setuid files, world-writable ones, devices. */
  readonly modes: number
  /** Bodies and facts of the catalogers that read beside the others. */
  readonly besideBytes: number
  readonly besideFacts: number
  /** Notes of catalogers, all files together. */
  readonly notes: number
  /** Gaps that are listed one by one; the rest is counted. */
  readonly gaps: number
}

export const layerLimits: LayerLimits = {
  // The largest layers in the field are machine learning images of 10 to 20 GiB. At 350 MB/s this is a minute and a half.
  uncompressedBytes: 32 * GiB,
  // Deflate ends at 1032, zstd goes to tens of thousands. Whole layers of real images stay below 30; a preallocated
  // database file can bring a small layer to hundreds, which the floor lets through.
  ratio: 250,
  ratioFloorBytes: 1 * GiB,
  // A front-end monorepo's node_modules have 300,000 entries. A million cost about 200 MB of heap.
  entries: 1_000_000,
  // Linux PATH_MAX: no runtime can open a longer path.
  pathLength: 4096,
  // Ten times what 300,000 node_modules paths of 100 characters need; bounds the heap where each entry is legal.
  pathCharacters: 256 * MiB,
  // Go's archive/tar, which the runtimes unpack with, refuses special headers beyond 1 MiB.
  headerBytes: 1 * MiB,
  // Package databases and manifests of a large image are below 100 MB, a Java application server's jars below 1 GB.
  evidenceBytes: 2 * GiB,
  // The largest real trees have 50,000 packages.
  facts: 250_000,
  // An application of 50,000 files under `chmod -R 777` is a common mistake; what is larger is said to be more.
  modes: 100_000,
  // A whole operating system with its documentation has 0.5 GB of text. Searching 1 GiB takes two seconds, and a minute where it is made to.
  besideBytes: 1 * GiB,
  // Nobody looks at more; they do not count as packages.
  besideFacts: 10_000,
  notes: 1_000,
  gaps: 100,
}
