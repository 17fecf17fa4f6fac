import type { Cataloger } from './cataloger.ts'
import { releasesIn } from './composer-packages.ts'
import { isOfApplication, locked, maxLockFileBytes } from './lock-file.ts'

/** Composer's lock file, with what only development needs; those inside installed packages are their authors'. */
export const composerLock: Cataloger = {
  name: 'composer-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'composer.lock' && isOfApplication(path) && !insidePackage.test(path),
  *read({ bytes }, note) {
    const releases = releasesIn(bytes, ['packages', 'packages-dev'])
    if (releases) yield* locked('composer', releases, note)
    else note('it is not a lock file of Composer')
  },
}

const insidePackage = /(?:^|\/)vendor\/[^/]+\/[^/]+\//
