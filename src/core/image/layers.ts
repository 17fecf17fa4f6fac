import type { ImageLayer } from '../inventory/package.ts'
import type { ImageConfig } from './config.ts'
import type { ImageManifest } from './manifest.ts'

/**
 * The manifest's layers, base first, with what the config says of them: nothing where the counts disagree, because then
 * no one knows which instruction made which layer.
 */
export function imageLayers(manifest: ImageManifest, config: ImageConfig): ImageLayer[] {
  const count = manifest.layers.length
  const steps = config.history.filter((entry) => !entry.emptyLayer)
  const diffIds = config.diffIds.length === count ? config.diffIds : []
  return manifest.layers.map(({ digest, mediaType, size }, index) => ({
    digest,
    mediaType,
    size,
    diffId: diffIds[index] ?? null,
    createdBy: (steps.length === count ? steps[index]?.createdBy : undefined) ?? null,
  }))
}
