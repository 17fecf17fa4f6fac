import type { Cataloger } from './cataloger.ts'
import { isJsonObject, jsonObjectIn } from './json-object.ts'
import { isOfApplication, isReleased, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/**
 * The npm packages of Deno's lock file; they stand at the top (versions 4 and 5), below `packages` (3) or below
 * `npm.packages` (2). Modules by URL have no version, and no advisories speak of those of its own registry.
 */
export const denoLock: Cataloger = {
  name: 'deno-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'deno.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const lock = jsonObjectIn(bytes)
    if (!lock) {
      note('it is not a JSON object')
      return
    }
    const { npm = isJsonObject(lock['packages']) ? lock['packages']['npm'] : undefined } = lock
    const packages = isJsonObject(npm) && isJsonObject(npm['packages']) ? npm['packages'] : npm
    yield* locked('npm', packagesIn(packages), note)
  },
}

/** By `chalk@5.3.0`, with peers after an underscore: `react-dom@18.2.0_react@18.2.0`. */
function* packagesIn(packages: unknown): Generator<LockedPackage> {
  for (const key of Object.keys(isJsonObject(packages) ? packages : {})) {
    const at = key.indexOf('@', 1)
    const version = at < 0 ? undefined : key.slice(at + 1).split('_', 1)[0]
    if (isReleased(version)) yield { name: key.slice(0, at), version }
  }
}
