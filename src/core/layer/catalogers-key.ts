import { digestOf } from '../image/digest.ts'
import type { Cataloger } from '../inventory/cataloger.ts'

/** Raise it when the same layer would give other facts though no cataloger changed. */
const pipelineVersion = 2

/** Raise it when the rules of the benchmark would find something else in the same facts. */
const benchmarkVersion = 1

/** Everything that decides what a scan finds in an image: kept with every scan. An image that others found is scanned again. */
export function scanVersions(catalogers: readonly Pick<Cataloger, 'name' | 'version'>[]): Record<string, number> {
  return { ...factsVersions(catalogers), benchmark: benchmarkVersion }
}

/** Everything that decides which facts a layer gives. `layer` is the pipeline itself. */
function factsVersions(catalogers: readonly Pick<Cataloger, 'name' | 'version'>[]): Record<string, number> {
  return { layer: pipelineVersion, ...Object.fromEntries(catalogers.map(({ name, version }) => [name, version])) }
}

/**
 * Sixteen hex digits that change when stored layer facts have to be made anew: with the pipeline, and with the names and
 * versions of the catalogers (their order does not matter).
 */
export function catalogersKey(catalogers: readonly Pick<Cataloger, 'name' | 'version'>[]): string {
  return keyOfVersions(factsVersions(catalogers))
}

/** Of a scan's versions; the benchmark makes no facts. */
export function keyOfVersions(versions: Readonly<Record<string, number>>): string {
  const ofFacts = Object.entries(versions).filter(([name]) => name !== 'benchmark')
  const lines = ofFacts.map(([name, version]) => `${name} ${version}`)
  return digestOf(lines.sort().join('\n')).slice('sha256:'.length, 'sha256:'.length + 16)
}
