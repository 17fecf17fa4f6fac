import type { Cataloger } from './cataloger.ts'
import { isJsonObject, jsonObjectIn, type JsonObject, membersOf } from './json-object.ts'
import { isOfApplication, isReleased, locked, type LockedPackage, maxLockFileBytes, splitAtSign } from './lock-file.ts'

/**
 * npm's lock files, version 1 (a tree of `dependencies`), 2 and 3 (`packages` by place). Development packages are kept: the
 * file does not say what was installed. Links, folders and what a URL alone names have no released version and are left out.
 */
export const npmLock: Cataloger = {
  name: 'npm-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) =>
    (basename === 'package-lock.json' || basename === 'npm-shrinkwrap.json') && isOfApplication(path),
  *read({ bytes }, note) {
    const lock = jsonObjectIn(bytes)
    if (!lock) {
      note('it is not a JSON object')
      return
    }
    const { packages, dependencies } = lock
    // Version 2 has both, with the same in them.
    yield* locked('npm', isJsonObject(packages) ? placesIn(packages) : treeIn(dependencies), note)
  },
}

function* placesIn(packages: JsonObject): Generator<LockedPackage> {
  for (const [place, entry] of membersOf(packages)) {
    const marker = 'node_modules/'
    const from = place.lastIndexOf(marker)
    const { name = place.slice(from + marker.length), version, link } = entry
    if (from < 0 || link === true || !isReleased(version)) continue // the project itself, or a folder of it
    yield { name, version }
  }
}

/** With a list of its own in place of calls: a hostile tree is as deep as the file is long. */
function* treeIn(dependencies: unknown): Generator<LockedPackage> {
  const levels = [dependencies]
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    for (const [name, { version, dependencies: inner }] of membersOf(level)) {
      if (isJsonObject(inner)) levels.push(inner)
      const alias =
        typeof version === 'string' && version.startsWith('npm:') ? splitAtSign(version.slice(4)) : undefined
      const real = alias ?? { name, version }
      if (isReleased(real.version)) yield real
    }
  }
}
