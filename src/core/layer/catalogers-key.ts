import { digestOf } from '../image/digest.ts'
import type { Cataloger } from '../inventory/cataloger.ts'

/** Raise it when the same layer would give other facts though no cataloger changed. */
const pipelineVersion = 2

/** Everything that decides which facts a layer gives: kept with every scan. `layer` is the pipeline itself. */
export function factsVersions(catalogers: readonly Pick<Cataloger, 'name' | 'version'>[]): Record<string, number> {
  return { layer: pipelineVersion, ...Object.fromEntries(catalogers.map(({ name, version }) => [name, version])) }
}

/**
 * Sixteen hex digits that change when stored layer facts have to be made anew: with the pipeline, and with the names and
 * versions of the catalogers (their order does not matter).
 */
export function catalogersKey(catalogers: readonly Pick<Cataloger, 'name' | 'version'>[]): string {
  return keyOfVersions(factsVersions(catalogers))
}

export function keyOfVersions(versions: Readonly<Record<string, number>>): string {
  const lines = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return digestOf(lines.sort().join('\n')).slice('sha256:'.length, 'sha256:'.length + 16)
}
