import type { Cataloger } from './cataloger.ts'
import { isJsonObject, jsonObjectIn, membersOf } from './json-object.ts'
import { isOfApplication, locked, maxLockFileBytes } from './lock-file.ts'

/** renv's lock file of an R project: `Packages` by name. */
export const renvLock: Cataloger = {
  name: 'renv-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'renv.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const packages = jsonObjectIn(bytes)?.['Packages']
    if (!isJsonObject(packages)) {
      note('it is not a lock file of renv')
      return
    }
    const entries = membersOf(packages).map(([key, { Package: name = key, Version: version }]) => ({ name, version }))
    yield* locked('cran', entries, note)
  },
}
