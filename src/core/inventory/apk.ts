import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken, licenseList, linesOf } from './evidence-text.ts'

/** The database of apk: Alpine, Wolfi, Chainguard (apk-package(5)); below `usr/` where `lib` is a link to `usr/lib`. */
export const apk: Cataloger = {
  name: 'apk',
  version: 1,
  maxBytes: 16 * 2 ** 20, // a thousand packages with their file lists have 4 MB
  wants: (path, basename) => basename === 'installed' && (path === place || path.endsWith(`/${place}`)),
  *read({ bytes }, note) {
    const say = firstNotes(note)
    let number = 0
    for (const record of recordsOf(bytes.toString())) {
      const { P: name, V: version, A: arch, o: origin, L: license } = record
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
      }
      number++
    }
  },
}

const place = 'lib/apk/db/installed'

type ApkRecord = Partial<Record<'P' | 'V' | 'A' | 'o' | 'L', string>>

/** Lines of one letter, a colon and a value, in any order; a blank line ends a package. */
function* recordsOf(text: string): Generator<ApkRecord> {
  let record: ApkRecord = {}
  let lines = 0
  for (const line of linesOf(text)) {
    if (line === '') {
      if (lines > 0) yield record
      record = {}
      lines = 0
      continue
    }
    lines++
    const key = line[0]
    if (line[1] === ':' && (key === 'P' || key === 'V' || key === 'A' || key === 'o' || key === 'L')) {
      record[key] = line.slice(2)
    }
  }
  if (lines > 0) yield record
}
