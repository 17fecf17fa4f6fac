import { isProgram, type Program, readProgram } from '../binary/program.ts'
import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken, linesOf } from './evidence-text.ts'
import { passingGoBuildInfo, readGoBuildInfo, type GoBuildInfo } from './go-build-info.ts'
import type { PackageFact } from './package.ts'

/**
 * Go programs and libraries of every system: the modules that are linked in, as `go version -m` lists them, and the
 * standard library with the version of the toolchain.
 */
export const goBinary: Cataloger = {
  name: 'go-binary',
  version: 1,
  maxBytes: 256 * 2 ** 20, // the largest Go programs we know have 150 to 200 MB; a body is held in memory
  wants: () => false,
  // Libraries of gigabytes come with machine learning, and none of them is of Go.
  wantsContent: (head, _path, basename, size) =>
    isProgram(head) && !(size > goBinary.maxBytes && /\.(?:so|dll|dylib)(?:\.|$)/.test(basename)),
  *read({ bytes }, note) {
    const program = readProgram(bytes)
    if (!program) return
    const info = readGoBuildInfo(program)
    if (info === undefined) {
      if (isPacked(program)) note('it is packed with UPX; what it was built of cannot be seen')
      return
    }
    yield* factsOf(info, note)
  },
  pass(_path, note) {
    const { piece, end } = passingGoBuildInfo()
    return {
      piece,
      end() {
        const info = end()
        return info === 'whole' ? info : factsOf(info, note)
      },
    }
  },
}

function* factsOf(
  info: GoBuildInfo | 'unreadable' | undefined,
  note: (problem: string) => void,
): Generator<PackageFact> {
  if (info === undefined) return
  if (info === 'unreadable') {
    note('it is a Go program, but what it was built of cannot be read')
    return
  }
  const lines = [...linesOf(info.modules)].map((line) => line.split('\t'))
  yield* toolchain(info.goVersion, lines, note)
  yield* modules(lines, firstNotes(note))
}

/** UPX leaves its signature behind the headers, and in PE its names for the sections. */
function isPacked({ bytes, sections }: Program): boolean {
  if (sections.length > 0) return sections[0]?.name === 'UPX0'
  return bytes.subarray(0, 1024).includes('UPX!')
}

function* toolchain(
  goVersion: string,
  lines: readonly (readonly string[])[],
  note: (problem: string) => void,
): Generator<PackageFact> {
  // `go1.22.3 X:boringcrypto`, `go1.21.9-1.el9`: a suffix does not change the release (https://go.dev/doc/toolchain#name).
  const version = /^go(\d[^-+\s]*)/.exec(goVersion)?.[1]
  if (!isToken(version)) {
    note(`its Go version is of no release, so its standard library is not known: ${goVersion.slice(0, 100)}`)
    return
  }
  yield embedded('stdlib', version)
  if (lines.some(([key, path]) => key === 'path' && path === 'cmd/go')) yield embedded('toolchain', version)
}

function* modules(lines: readonly (readonly string[])[], note: (problem: string) => void): Generator<PackageFact> {
  for (const [index, [key, path, version = '']] of lines.entries()) {
    if (key !== 'mod' && key !== 'dep') continue
    const replacement = lines[index + 1]?.[0] === '=>' ? lines[index + 1] : undefined
    const [, by, byVersion = ''] = replacement ?? []
    // Go writes a folder without a version, or with `(devel)`.
    const isByFolder = replacement !== undefined && (byVersion === '' || byVersion === '(devel)')
    const isByModule = replacement !== undefined && !isByFolder
    const [name, actual] = isByModule ? [by, byVersion] : [path, version === '' ? '(devel)' : version]
    if (!isToken(name) || !isToken(actual)) {
      note(`its module ${index} has no usable name or version`)
      continue
    }
    const isLocal = isByFolder || actual === '(devel)' || (key === 'mod' && untagged.test(actual))
    yield { ...embedded(name, actual), ...(isLocal && { local: true }) }
  }
}

/** A main module in a checkout without tags, as build servers make them: it says nothing of the release it is of. */
const untagged = /^v0\.0\.0-\d{14}-/

function embedded(name: string, version: string): PackageFact {
  return { kind: 'package', type: 'golang', name, version, evidence: 'embedded' }
}
