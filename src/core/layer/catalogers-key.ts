import { digestOf } from '../image/digest.ts'
import type { Cataloger } from '../inventory/cataloger.ts'

/** Raise it when the same layer would give other facts though no cataloger changed. */
const pipelineVersion = 1

/**
 * Sixteen hex digits that change when stored layer facts have to be made anew: with the pipeline, and with the names and
 * versions of the catalogers (their order does not matter).
 */
export function catalogersKey(catalogers: readonly Cataloger[]): string {
  const versions = catalogers.map(({ name, version }) => `${name} ${version}`).sort()
  return digestOf([`layer ${pipelineVersion}`, ...versions].join('\n')).slice('sha256:'.length, 'sha256:'.length + 16)
}
