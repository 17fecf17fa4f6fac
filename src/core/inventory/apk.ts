import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken, licenseList, linesOf } from './evidence-text.ts'
import { ownershipOf } from './owned-paths.ts'

/** The database of apk: Alpine, Wolfi, Chainguard (apk-package(5)); below `usr/` where `lib` is a link to `usr/lib`. */
export const apk: Cataloger = {
  name: 'apk',
  version: 2,
  maxBytes: 16 * 2 ** 20, // a thousand packages with their file lists have 4 MB
  wants: (path, basename) => basename === 'installed' && (path === place || path.endsWith(`/${place}`)),
  *read({ bytes }, note) {
    const say = firstNotes(note)
    let number = 0
    for (const { fields, files } of recordsOf(bytes.toString())) {
      const { P: name, V: version, A: arch, o: origin, L: license } = fields
      if (name?.startsWith('.')) continue // `.build-deps` and the like only group what was asked for together
      if (!isToken(name) || !isToken(version)) {
        say(`record ${number} has no usable name or version`)
      } else {
        yield {
          kind: 'package',
          type: 'apk',
          name,
          version,
          source: { name: isToken(origin) ? origin : name, version },
          ...(isToken(arch) && { arch }),
          ...licenseList(license),
        }
        const owned = ownershipOf('apk', name, undefined, files)
        if (owned) yield owned
      }
      number++
    }
  },
}

const place = 'lib/apk/db/installed'

interface ApkRecord {
  readonly fields: Partial<Record<'P' | 'V' | 'A' | 'o' | 'L', string>>
  /** Paths of the package's files: each `R:` names one in the directory of the `F:` before it. */
  readonly files: readonly string[]
}

/** Lines of one letter, a colon and a value, in any order; a blank line ends a package. */
function* recordsOf(text: string): Generator<ApkRecord> {
  let fields: Partial<Record<string, string>> = {}
  let files: string[] = []
  let directory = ''
  let lines = 0
  for (const line of linesOf(text)) {
    if (line === '') {
      if (lines > 0) yield { fields, files }
      fields = {}
      files = []
      directory = ''
      lines = 0
      continue
    }
    lines++
    const key = line[0]
    if (line[1] !== ':') continue
    if (key === 'F') directory = line.slice(2)
    else if (key === 'R') files.push(directory === '' ? line.slice(2) : `${directory}/${line.slice(2)}`)
    else if (key === 'P' || key === 'V' || key === 'A' || key === 'o' || key === 'L') fields[key] = line.slice(2)
  }
  if (lines > 0) yield { fields, files }
}
