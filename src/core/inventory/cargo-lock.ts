import type { Cataloger } from './cataloger.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'
import { type TomlElement, tomlElementsOf } from './toml-elements.ts'

/** Cargo's lock file. Crates of a registry only: one without source is the project's own, one of a repository has no release. */
export const cargoLock: Cataloger = {
  name: 'cargo-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'Cargo.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    yield* locked('cargo', cratesIn(tomlElementsOf(bytes.toString(), note)), note)
  },
}

function* cratesIn(elements: Iterable<TomlElement>): Generator<LockedPackage> {
  for (const { path, values } of elements) {
    if (path.join('.') !== 'package' || !/^(?:registry|sparse)\+/.test(values.get('source') ?? '')) continue
    yield { name: values.get('name'), version: values.get('version') }
  }
}
