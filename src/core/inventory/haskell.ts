import type { Cataloger } from './cataloger.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/**
 * `stack.yaml.lock` (`hackage: aeson-2.0.3.0@sha256:…`; what its snapshot holds is not in it) and `cabal.project.freeze`
 * (`any.aeson ==2.0.3.0`, without `any.` in files of old).
 */
export const haskell: Cataloger = {
  name: 'haskell',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) =>
    (basename === 'stack.yaml.lock' || basename === 'cabal.project.freeze') && isOfApplication(path),
  *read({ path, bytes }, note) {
    const text = bytes.toString()
    const isStack = path.endsWith('.lock')
    if (!(isStack ? /^(?:packages|snapshots):/m : /^(?:constraints|active-repositories|index-state):/m).test(text)) {
      note('it has none of the sections that such a file has')
      return
    }
    yield* locked('hackage', packagesIn(text, isStack ? inStack : inFreeze), note)
  },
}

function* packagesIn(text: string, pattern: RegExp): Generator<LockedPackage> {
  for (const { groups } of text.matchAll(pattern)) yield { name: groups?.['name'], version: groups?.['version'] }
}

/** Names are words of letters and digits with dashes between them, none of digits alone. */
const inStack = /\bhackage: (?<name>[A-Za-z0-9-]{1,255})-(?<version>\d[\d.]{0,127})(?=@|\s|$)/g
const inFreeze = /(?<![\w.-])(?:any\.)?(?<name>[A-Za-z0-9-]{1,255}) ==(?<version>\d[\d.]{0,127})(?=,|\s|$)/g
