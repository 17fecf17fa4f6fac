import type { Cataloger } from './cataloger.ts'
import { isToken, linesOf } from './evidence-text.ts'
import { ownershipOf } from './owned-paths.ts'

/**
 * Which files each Debian package owns: `var/lib/dpkg/info/<name>[:<arch>].list` with every path, or
 * `var/lib/dpkg/status.d/<name>.md5sums` in images built without dpkg, which have no other list.
 */
export const dpkgFiles: Cataloger = {
  name: 'dpkg-files',
  version: 1,
  maxBytes: 32 * 2 ** 20, // kernel headers and icon themes have 2 MB
  wants: (path, basename) => {
    if (basename.endsWith('.list')) return isIn(path, basename, 'var/lib/dpkg/info/')
    return basename.endsWith('.md5sums') && isIn(path, basename, 'var/lib/dpkg/status.d/')
  },
  *read({ path, bytes }, note) {
    const basename = path.slice(path.lastIndexOf('/') + 1)
    const isList = basename.endsWith('.list')
    const [name, arch, ...more] = nameIn(basename.slice(0, basename.lastIndexOf('.')), isList).split(':')
    if (!isToken(name) || (arch !== undefined && !isToken(arch)) || more.length > 0) {
      note('its file name is no package name')
      return
    }
    const text = bytes.toString()
    const owned = ownershipOf('deb', name, arch, isList ? pathsOfList(text) : pathsOfSums(text))
    if (owned) yield owned
  },
}

const isIn = (path: string, basename: string, directory: string) =>
  path.endsWith(`${directory}${basename}`) &&
  (path.length === directory.length + basename.length || path.at(-directory.length - basename.length - 1) === '/')

/** Old distroless builds have the name in base64, as in `bGliYzY=.md5sums`; a package name never ends so. */
function nameIn(stem: string, isList: boolean): string {
  return !isList && stem.endsWith('=') ? Buffer.from(stem, 'base64').toString() : stem
}

/** `/usr/bin/env`, and `/.` for the root itself. */
function* pathsOfList(text: string): Generator<string> {
  for (const line of linesOf(text)) if (line.startsWith('/') && line !== '/.') yield line.slice(1)
}

/** 32 hex digits, two blanks, the path; regular files only (deb-md5sums(5)). */
function* pathsOfSums(text: string): Generator<string> {
  for (const line of linesOf(text)) {
    const path = /^[0-9a-f]{32} [ *](?:\.?\/)?(?<path>.+)$/.exec(line)?.groups?.['path']
    if (path !== undefined) yield path
  }
}
