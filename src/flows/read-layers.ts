import type { Store } from '../adapters/store/store.ts'
import type { ImageSource } from '../core/image/image.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Descriptor } from '../core/image/manifest.ts'
import { isForeignLayerType } from '../core/image/media-type.ts'
import { catalogers } from '../core/inventory/catalogers.ts'
import { catalogersKey } from '../core/layer/catalogers-key.ts'
import type { LayerFacts, LayerReader } from '../core/layer/facts.ts'
import { isTransient } from '../core/layer/transient.ts'
import type { LayerRead } from '../core/inventory/inventory.ts'
import { asTallymanError } from '../errors.ts'

export interface LayerDeps {
  readonly store: Store
  readonly layers: LayerReader
  readonly progress: (line: string) => void
}

/**
 * The facts of every layer, base first: those in the store as they are, the others read from the source and stored, unless
 * another reading may find more. Two workers that read the same layer at once write the same facts. BLOB_CORRUPT and
 * registry errors are thrown: what could not be fetched is not known to be unreadable. A layer that the registry need not
 * have (foreign) ends as a gap.
 */
export async function readLayers(
  layers: readonly Descriptor[],
  source: ImageSource,
  deps: LayerDeps,
  signal: AbortSignal,
): Promise<LayerRead[]> {
  const key = catalogersKey(catalogers)
  const known = await deps.store.layers.get(
    layers.map(({ digest }) => digest),
    key,
  )
  const missing = new Map(layers.filter(({ digest }) => !known.has(digest)).map((layer) => [layer.digest, layer]))
  const reused = known.size > 0 ? `, ${known.size} known` : ''
  deps.progress(`${layers.length === 1 ? '1 layer' : `${layers.length} layers`}${reused}`)

  const read = new Map<Digest, LayerRead>(known)
  const stop = new AbortController()
  const results = await Promise.allSettled(
    [...missing.values()].map(async (layer) => {
      try {
        read.set(layer.digest, await readLayer(layer, source, key, deps, AbortSignal.any([signal, stop.signal])))
      } catch (error) {
        stop.abort(error)
        throw error
      }
    }),
  )
  signal.throwIfAborted()
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw stop.signal.reason
  return layers.map(({ digest }) => read.get(digest) as LayerRead)
}

async function readLayer(
  layer: Descriptor,
  source: ImageSource,
  key: string,
  { store, layers, progress }: LayerDeps,
  signal: AbortSignal,
): Promise<LayerRead> {
  let facts: LayerFacts
  try {
    facts = await layers.read(layer, () => source.blob(layer, signal), signal)
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (!isForeignLayerType(layer.mediaType) || error.code !== 'BLOB_UNKNOWN') throw error
    return {
      status: 'skipped',
      reason: 'FOREIGN_LAYER',
      detail: `${layer.digest} is not in the registry (${layer.mediaType})`,
    }
  }
  if (!isTransient(facts)) await store.layers.save(facts, key)
  const megabytes = (layer.size / 1e6).toFixed(layer.size < 1e7 ? 1 : 0)
  progress(`layer ${layer.digest.slice(7, 19)} read, ${megabytes} MB`)
  return facts
}
