import type { Cataloger } from './cataloger.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'
import { type TomlElement, tomlElementsOf } from './toml-elements.ts'

/**
 * Julia's manifests: `[[deps.HTTP]]`, or `[[HTTP]]` before version 2. An entry has a uuid; one without version is a part of
 * Julia itself, one with a path the project's own.
 */
export const juliaManifest: Cataloger = {
  name: 'julia-manifest',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) =>
    basename.endsWith('.toml') && /^(?:Julia)?Manifest(?:-v[\d.]+)?\.toml$/.test(basename) && isOfApplication(path),
  *read({ bytes }, note) {
    yield* locked('julia', packagesIn(tomlElementsOf(bytes.toString(), note)), note)
  },
}

function* packagesIn(elements: Iterable<TomlElement>): Generator<LockedPackage> {
  for (const { path, values } of elements) {
    const version = values.get('version')
    if (version !== undefined && values.has('uuid') && !values.has('path')) yield { name: path.at(-1), version }
  }
}
