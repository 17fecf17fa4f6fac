import type { Cataloger } from './cataloger.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/** rebar3's lock file: Erlang terms in which the Hex packages are tuples, `{pkg,<<"certifi">>,<<"2.9.0">>}`. */
export const rebarLock: Cataloger = {
  name: 'rebar-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'rebar.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const text = bytes.toString()
    if (!/^\s{0,64}[[{]/.test(text)) {
      note('it is not a lock file of rebar3')
      return
    }
    yield* locked('hex', packagesIn(text), note)
  },
}

function* packagesIn(text: string): Generator<LockedPackage> {
  for (const { groups } of text.matchAll(pkgTuple)) yield { name: groups?.['name'], version: groups?.['version'] }
}

const pkgTuple = /\{pkg,\s{0,64}<<"(?<name>[^"\n]{1,255})">>,\s{0,64}<<"(?<version>[^"\n]{1,255})">>/g
