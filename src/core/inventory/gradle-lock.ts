import type { Cataloger } from './cataloger.ts'
import { linesOf } from './evidence-text.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/** Gradle's lock files: lines of `group:artifact:version=configurations`. */
export const gradleLock: Cataloger = {
  name: 'gradle-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) =>
    basename.endsWith('.lockfile') &&
    (basename === 'gradle.lockfile' || basename === 'buildscript-gradle.lockfile') &&
    isOfApplication(path),
  *read({ bytes }, note) {
    yield* locked('maven', packagesIn(bytes.toString()), note)
  },
}

function* packagesIn(text: string): Generator<LockedPackage> {
  for (const line of linesOf(text)) {
    if (line === '' || line.startsWith('#') || line.startsWith('empty=')) continue
    const [group, artifact, version] = (line.split('=', 1)[0] ?? '').split(':', 4)
    yield { name: group && artifact ? `${group}:${artifact}` : undefined, version }
  }
}
