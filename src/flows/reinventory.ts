import type { Job, Queue } from '../adapters/queue/queue.ts'
import type { SeenPosition } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import { scanJob } from './scan-job.ts'
import { catalogers } from '../core/inventory/catalogers.ts'
import { scanVersions } from '../core/layer/catalogers-key.ts'
import { keysFingerprint, type TrustedKey } from '../core/signature/trusted-key.ts'

/** Images for which scans are enqueued at once; the next ones wait behind them in the lane. */
const batchSize = 500

export interface ReinventoryDeps {
  readonly store: Pick<Store, 'images'>
  readonly queue: Pick<Queue, 'send'>
  readonly keys?: readonly TrustedKey[]
  /** Images at other places than declared registries cannot be asked for. */
  readonly isDeclared: (registry: string) => boolean
}

/** Reads stored images again whose catalogers have newer versions, or that other keys were looked for on: sent at each start, it has nothing to do at most. */
export function reinventoryJob(after: SeenPosition | null = null): Job {
  const key = after === null ? 'reinventory' : `reinventory:${after.seen}:${after.digest}`
  return { lane: 'sweep', kind: 'reinventory', key, payload: after === null ? {} : { ...after } }
}

/**
 * Enqueues a scan by digest of images that other catalogers have read or whose signatures were looked for with other keys, most
 * recently seen first, then itself for those after them. A scan pulls only layers that nobody has read with the new catalogers.
 */
export async function reinventory(
  { seen, digest }: Readonly<Record<string, unknown>>,
  { store, queue, keys = [], isDeclared }: ReinventoryDeps,
): Promise<number> {
  const after = typeof seen === 'string' && typeof digest === 'string' ? { seen, digest } : null
  const current = { catalogers: scanVersions(catalogers), keys: keys.length > 0 ? keysFingerprint(keys) : null }
  const images = await store.images.outdated(current, after, batchSize)
  const roots = images.flatMap((image) => image.roots.find(({ registry }) => isDeclared(registry)) ?? [])
  const jobs = roots.map((root) => scanJob('sweep', root))
  const last = images.at(-1)
  if (last && images.length === batchSize) jobs.push(reinventoryJob({ seen: last.seen, digest: last.digest }))
  if (jobs.length > 0) await queue.send(jobs)
  return roots.length
}
