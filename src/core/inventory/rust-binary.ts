import { inflateSync } from 'node:zlib'
import { createStreamSearch } from '../binary/stream-search.ts'
import { isProgram, readProgram, sectionBytes } from '../binary/program.ts'
import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken } from './evidence-text.ts'
import { goBinary } from './go-binary.ts'

const sectionName = '.dep-v0'

/** What cargo-auditable puts into programs: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md */
export const rustBinary: Cataloger = {
  name: 'rust-binary',
  version: 1,
  maxBytes: goBinary.maxBytes,
  wants: () => false,
  // Of a file too large for both, one note is enough.
  wantsContent: (head, _path, _basename, size) => isProgram(head) && size <= goBinary.maxBytes,
  *read({ bytes }, note) {
    const program = readProgram(bytes)
    const section = program && sectionBytes(program, sectionName)
    if (!section) return
    const packages = packagesIn(section)
    if (!packages) {
      note('its list of crates is not what cargo-auditable writes')
      return
    }
    const noteFew = firstNotes(note)
    for (const [index, crate] of packages.entries()) {
      const { name, version, source, kind } = crate ?? {}
      if (kind === 'build') continue // ran while it was built, and is not in it
      if (!isToken(name) || !isToken(version)) {
        noteFew(`crate ${index} has no usable name or version`)
        continue
      }
      const isPublished = source === 'crates.io' || source === 'registry'
      yield {
        kind: 'package',
        type: 'cargo',
        name,
        version,
        evidence: 'embedded',
        ...(!isPublished && { local: true }),
      }
    }
  },
  // Where the list lies, the table of sections at the file's end says. Few programs of this size have one.
  pass() {
    let isNamed = false
    const piece = createStreamSearch(Buffer.from(sectionName), 0, () => (isNamed = true))
    return { piece, end: () => (isNamed ? 'whole' : []) }
  },
}

interface Crate {
  readonly name?: unknown
  readonly version?: unknown
  /** `crates.io`, `registry`, `git`, `local` or something else. */
  readonly source?: unknown
  /** Not given: `runtime`. */
  readonly kind?: unknown
}

/** The limit that the format sets; a hundred crates take 10 KB. */
const maxListBytes = 8 * 2 ** 20

function packagesIn(section: Buffer): readonly (Crate | null)[] | undefined {
  try {
    const value: unknown = JSON.parse(inflateSync(section, { maxOutputLength: maxListBytes }).toString())
    const { packages } = value as { packages?: unknown }
    return Array.isArray(packages) ? packages : undefined
  } catch {
    return undefined
  }
}
