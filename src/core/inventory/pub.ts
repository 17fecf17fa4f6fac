import type { Cataloger } from './cataloger.ts'
import { blocksOf } from './indented-blocks.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/** Dart's and Flutter's lock file. Hosted packages only: those of the SDK, of folders and of repositories have no release. */
export const pub: Cataloger = {
  name: 'pub',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'pubspec.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const text = bytes.toString()
    if (!/^packages:/m.test(text)) {
      note('it has no packages section')
      return
    }
    yield* locked('pub', packagesIn(text), note)
  },
}

function* packagesIn(text: string): Generator<LockedPackage> {
  for (const { section, key, fields } of blocksOf(text, 2)) {
    if (section === 'packages' && fields.get('source') === 'hosted') yield { name: key, version: fields.get('version') }
  }
}
