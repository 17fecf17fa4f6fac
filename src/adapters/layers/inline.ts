import type { Cataloger } from '../../core/inventory/cataloger.ts'
import type { LinkTargets } from '../../core/layer/content.ts'
import type { LayerBlob, LayerReader } from '../../core/layer/facts.ts'
import type { LayerLimits } from '../../core/layer/limits.ts'
import { createLayerReading, type LayerResult } from '../../core/layer/read-layer.ts'

/** Reads layers in the calling thread: for tests, and where threads cannot be had. Blocks the event loop while it inflates. */
export function createInlineLayerReader(catalogers: readonly Cataloger[], limits?: LayerLimits): LayerReader {
  return {
    async read(blob, open, signal) {
      const first = await pass(blob, open(), signal, new Map())
      if (first.missedTargets.size === 0) return first.facts
      return (await pass(blob, open(), signal, first.missedTargets)).facts
    },
    async close() {},
  }

  async function pass(
    blob: LayerBlob,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    alsoRead: LinkTargets,
  ): Promise<LayerResult> {
    const reading = createLayerReading(blob, catalogers, { alsoRead, ...(limits && { limits }) })
    try {
      for await (const chunk of bytes) {
        signal.throwIfAborted()
        await reading.push(chunk)
      }
      return await reading.finish()
    } finally {
      reading.close()
    }
  }
}
