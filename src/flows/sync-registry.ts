import { beginSweep, sweepSlice, type SweepDeps, type SweptRegistry } from './sweep-registry.ts'

/** So much of a walk runs between two looks at the store for where it is. */
const sliceRequests = 1_000

/**
 * Walks through the whole registry at once and enqueues, in the sweep lane, what was not scanned yet. What cannot be listed is
 * reported and passed over.
 */
export async function syncRegistry(
  registry: SweptRegistry,
  deps: SweepDeps,
  signal: AbortSignal,
): Promise<{ repositories: number; tags: number; enqueued: number; forgotten: number }> {
  await beginSweep(registry, deps, signal)
  while ((await sweepSlice(registry, deps, sliceRequests, signal)) !== 'done') signal.throwIfAborted()
  const { repositories = 0, tags = 0, enqueued = 0, forgotten = 0 } = (await deps.store.sweeps.of(registry.name)) ?? {}
  return { repositories, tags, enqueued, forgotten }
}
