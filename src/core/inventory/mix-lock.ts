import type { Cataloger } from './cataloger.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/** Elixir's lock file: a map in which the Hex packages are tuples, `"jason": {:hex, :jason, "1.4.1", …}`. */
export const mixLock: Cataloger = {
  name: 'mix-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'mix.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const text = bytes.toString()
    if (!text.trimStart().startsWith('%{')) {
      note('it is not a lock file of mix')
      return
    }
    yield* locked('hex', packagesIn(text), note)
  },
}

/** The key is the application, the atom in the tuple the package on Hex. */
function* packagesIn(text: string): Generator<LockedPackage> {
  for (const { groups } of text.matchAll(hexTuple)) yield { name: groups?.['name'], version: groups?.['version'] }
}

const hexTuple = /\{:hex,\s{0,64}:"?(?<name>[\w.-]{1,255})"?,\s{0,64}"(?<version>[^"\n]{1,255})"/g
