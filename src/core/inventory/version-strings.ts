import { isProgram } from '../binary/program.ts'
import type { Cataloger } from './cataloger.ts'
import { programs, type KnownProgram } from './known-programs.ts'

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
    const basename = path.slice(path.lastIndexOf('/') + 1)
    for (const { name, patterns } of knownAs(basename)) {
      const version = first(patterns(basename), bytes)
      if (version === undefined) continue
      yield { kind: 'package', type: 'generic', name, version, evidence: 'pattern' }
      return
    }
  },
}

function knownAs(basename: string): readonly KnownProgram[] {
  return programs.filter(({ files }) => files.test(basename))
}

function first(patterns: readonly RegExp[], bytes: Buffer): string | undefined {
  for (const pattern of patterns) {
    const version = search(pattern, bytes)
    if (version !== undefined) return version
  }
  return undefined
}

const windowBytes = 2 ** 20
/** No pattern is longer. */
const overlapBytes = 512

/** One text of the whole file would take as much memory again. */
function search(pattern: RegExp, bytes: Buffer): string | undefined {
  for (let at = 0; at < bytes.length; at += windowBytes) {
    const version = pattern.exec(
      bytes.toString('latin1', at, Math.min(at + windowBytes + overlapBytes, bytes.length)),
    )?.[1]
    if (version !== undefined) return version
  }
  return undefined
}
