import { isProgram } from '../binary/program.ts'
import type { Cataloger } from './cataloger.ts'
import { programs, type KnownProgram } from './known-programs.ts'
import type { PackageFact } from './package.ts'

/**
 * Well-known programs that no package manager has put there, by the version that they print. Only files with their names
 * are read, and of several patterns the first that is found decides.
 */
export const versionStrings: Cataloger = {
  name: 'version-strings',
  version: 1,
  maxBytes: 256 * 2 ** 20, // node has 120 MB, with debug information twice that
  wants: () => false,
  wantsContent: (head, _path, basename) => isProgram(head) && knownAs(basename).length > 0,
  *read({ path, bytes }) {
    const search = createSearch(path)
    for (let at = 0; at < bytes.length && !search.isOver(); at += windowBytes) {
      search.window(bytes.toString('latin1', at, Math.min(at + windowBytes + overlapBytes, bytes.length)))
    }
    yield* search.facts()
  },
  pass(path) {
    const search = createSearch(path)
    const window = Buffer.allocUnsafeSlow(windowBytes + overlapBytes)
    let filled = 0
    return {
      piece(bytes) {
        let at = 0
        while (at < bytes.length && !search.isOver()) {
          const copied = bytes.copy(window, filled, at)
          at += copied
          filled += copied
          if (filled < window.length) continue
          search.window(window.toString('latin1'))
          window.copyWithin(0, windowBytes)
          filled = overlapBytes
        }
      },
      end() {
        if (!search.isOver()) search.window(window.toString('latin1', 0, filled))
        return search.facts()
      },
    }
  },
}

function knownAs(basename: string): readonly KnownProgram[] {
  return programs.filter(({ files }) => files.test(basename))
}

/** One text of the whole file would take as much memory again. */
const windowBytes = 2 ** 20
/** No pattern is longer. */
const overlapBytes = 512

interface Search {
  /** Takes stretches of the file, in order, each of which begins with the last `overlapBytes` of the one before. */
  window(text: string): void
  /** Nothing that may follow would change the result. */
  isOver(): boolean
  facts(): readonly PackageFact[]
}

function createSearch(path: string): Search {
  const basename = path.slice(path.lastIndexOf('/') + 1)
  const all = knownAs(basename).flatMap(({ name, patterns }) =>
    patterns(basename).map((pattern) => ({ name, pattern })),
  )
  /** Patterns that would still be preferred to what was found. */
  let wanted = all.length
  let version: string | undefined
  return {
    window(text) {
      for (let i = 0; i < wanted; i++) {
        const found = all[i]!.pattern.exec(text)?.[1]
        if (found === undefined) continue
        version = found
        wanted = i
      }
    },
    isOver: () => wanted === 0,
    facts() {
      if (version === undefined) return []
      return [{ kind: 'package', type: 'generic', name: all[wanted]!.name, version, evidence: 'pattern' }]
    },
  }
}
