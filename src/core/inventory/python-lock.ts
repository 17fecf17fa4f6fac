import type { Cataloger } from './cataloger.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'
import { type TomlElement, tomlElementsOf } from './toml-elements.ts'

/**
 * The lock files of Poetry, uv and PDM, and the common one (PEP 751): arrays of tables with name and version. The folders
 * among them are the project itself; development packages and those of other platforms are kept.
 */
export const pythonLock: Cataloger = {
  name: 'python-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) =>
    basename.endsWith('.lock')
      ? names.has(basename) && isOfApplication(path)
      : basename.endsWith('.toml') && /^pylock(?:\.[^.]+)?\.toml$/.test(basename) && isOfApplication(path),
  *read({ bytes }, note) {
    yield* locked('pypi', packagesIn(tomlElementsOf(bytes.toString(), note)), note)
  },
}

const names: ReadonlySet<string> = new Set(['poetry.lock', 'uv.lock', 'pdm.lock'])

function* packagesIn(elements: Iterable<TomlElement>): Generator<LockedPackage> {
  for (const { path, values } of elements) {
    const [array, ...more] = path
    if (more.length > 0 || (array !== 'package' && array !== 'packages')) continue
    const name = values.get('name')
    const version = values.get('version')
    // A package that is built from its sources may leave the version to its build.
    if (isFolder(values) || (name !== undefined && version === undefined)) continue
    yield { name, version }
  }
}

/** Poetry says `type = "directory"`, uv `editable`, `virtual` or `directory`, PDM `path`, the common format `directory.path`. */
function isFolder(values: ReadonlyMap<string, string>): boolean {
  const keys = ['source.editable', 'source.virtual', 'source.directory', 'directory.path', 'path']
  return values.get('source.type') === 'directory' || keys.some((key) => values.has(key))
}
