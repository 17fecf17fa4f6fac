import type { Cataloger } from './cataloger.ts'
import { jsonObjectIn, membersOf } from './json-object.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/** Pipenv's lock file: `default`, `develop` and sections of the user's own, each with `"==1.2"` by name. */
export const pipfileLock: Cataloger = {
  name: 'pipfile-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'Pipfile.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const lock = jsonObjectIn(bytes)
    if (!lock) {
      note('it is not a JSON object')
      return
    }
    const sections = membersOf(lock).filter(([section]) => section !== '_meta')
    yield* locked(
      'pypi',
      sections.flatMap(([, section]) => packagesIn(section)),
      note,
    )
  },
}

/** Repositories and folders have no version. */
function packagesIn(section: unknown): readonly LockedPackage[] {
  return membersOf(section).flatMap(([name, { version }]) =>
    typeof version === 'string' && /^===?[^*]+$/.test(version) ? [{ name, version: version.replace(/^=+/, '') }] : [],
  )
}
