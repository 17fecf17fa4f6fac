import type { Cataloger } from './cataloger.ts'
import { isJsonObject, jsonObjectIn, type JsonObject } from './json-object.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/** Swift's `Package.resolved`: pins below `object` (version 1) or at the top (2 and 3). Packages are named by their URL. */
export const swiftResolved: Cataloger = {
  name: 'swift-resolved',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'Package.resolved' && isOfApplication(path),
  *read({ bytes }, note) {
    const resolved = jsonObjectIn(bytes)
    const { pins = isJsonObject(resolved?.['object']) ? resolved['object']['pins'] : undefined } = resolved ?? {}
    if (!Array.isArray(pins)) {
      note('it is not a Package.resolved of Swift')
      return
    }
    yield* locked('swift', pins.filter(isJsonObject).flatMap(packageOf), note)
  },
}

/** A pin to a branch or a revision has no version. */
function packageOf(pin: JsonObject): readonly LockedPackage[] {
  const { location = pin['repositoryURL'], state } = pin
  const version = isJsonObject(state) ? state['version'] : undefined
  if (typeof location !== 'string' || typeof version !== 'string') return []
  return [{ name: nameOf(location), version }]
}

/** Without scheme, user and `.git`, as advisories name it: `github.com/apple/swift-nio`, also of `git@github.com:apple/swift-nio.git`. */
function nameOf(location: string): string {
  const bare = location.replace(/^[a-z+]+:\/\//, '').replace(/^[\w.-]+@(?=[^/]+[:/])/, '')
  return bare
    .replace(/^([^/:]+):(?!\d)/, '$1/')
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
}
