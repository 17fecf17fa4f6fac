import type { Queue } from '../adapters/queue/queue.ts'
import type { RegistryClient } from '../adapters/registry/client.ts'
import type { Store } from '../adapters/store/store.ts'
import { scanJob } from './scan-job.ts'
import { asTallymanError } from '../errors.ts'

export interface SyncDeps {
  readonly store: Store
  readonly queue: Queue
  readonly progress: (line: string) => void
}

/** Tags that hold referrers, signatures or attestations, not images (distribution-spec fallback, cosign). */
const artifactTag = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/

/**
 * Walks a registry's catalog and enqueues, in the sweep lane, every tag whose digest has no verdict yet. What cannot be
 * listed is reported and passed over.
 */
export async function syncRegistry(
  name: string,
  client: RegistryClient,
  { store, queue, progress }: SyncDeps,
  signal: AbortSignal,
): Promise<{ repositories: number; tags: number; enqueued: number }> {
  const counts = { repositories: 0, tags: 0, enqueued: 0 }
  for await (const repositoryName of client.catalog(signal)) {
    const location = { registry: name, repository: repositoryName }
    const repository = client.repository(repositoryName)
    counts.repositories += 1
    progress(`${name}/${repositoryName}`)
    try {
      for await (const tag of repository.tags(signal)) {
        if (artifactTag.test(tag)) continue
        counts.tags += 1
        const { digest } = await repository.headManifest(tag, signal)
        const [seen] = [await store.sightings.resolve(location, tag)]
        if (seen?.digest === digest) continue
        await queue.send([scanJob('sweep', { ...location, tag, digest })])
        counts.enqueued += 1
      }
    } catch (thrown) {
      const error = asTallymanError(thrown)
      signal.throwIfAborted()
      progress(`${name}/${repositoryName}: ${error.message} [${error.code}]`)
    }
  }
  return counts
}
