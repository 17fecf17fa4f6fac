import type { Digest } from '../core/image/digest.ts'
import { asTallymanError, TallymanError } from '../errors.ts'
import type { AppDeps } from './deps.ts'
import type { NamedImage } from './image-reference.ts'

export interface ResolvedImage {
  readonly digest: Digest
  /** When the tag was seen to point to it; null where a digest was asked for. */
  readonly tagObservedAt: string | null
}

/** A registry that takes longer is as good as away: the gate must answer while the caller still listens. */
const registryTimeoutMs = 5_000

type Resolving = Pick<AppDeps, 'store' | 'resolveTag' | 'log' | 'now'>

/** The digest that is meant: the one named, else what the tag points to. NOT_SCANNED, MANIFEST_UNKNOWN. */
export async function resolveImage(image: NamedImage, deps: Resolving): Promise<ResolvedImage> {
  if (image.digest) return { digest: image.digest, tagObservedAt: null }
  const { registry, repository, tag = 'latest' } = image
  const live = await askRegistry(registry.name, repository, tag, deps)
  if (live) return { digest: live, tagObservedAt: (deps.now?.() ?? new Date()).toISOString() }
  const observed = await deps.store.sightings.resolve({ registry: registry.name, repository }, tag)
  if (observed) return { digest: observed.digest, tagObservedAt: observed.observedAt }
  throw new TallymanError(
    'NOT_SCANNED',
    `${registry.host}/${repository}:${tag} has not been seen yet; ask for a scan or wait for its push`,
  )
}

/** What the tag pointed to at a time; one that was first seen later, what it points to now. */
export async function resolveImageAt(image: NamedImage, time: string, deps: Resolving): Promise<ResolvedImage> {
  if (image.digest) return { digest: image.digest, tagObservedAt: null }
  const { registry, repository, tag = 'latest' } = image
  const then = await deps.store.sightings.resolveAt({ registry: registry.name, repository }, tag, time)
  return then ? { digest: then.digest, tagObservedAt: then.observedAt } : resolveImage(image, deps)
}

/**
 * What the tag points to now. Undefined where the registry cannot tell: what was last seen beats no answer. That there is
 * no such tag is an answer: MANIFEST_UNKNOWN.
 */
export async function askRegistry(
  registry: string,
  repository: string,
  tag: string,
  { resolveTag, log }: Pick<AppDeps, 'resolveTag' | 'log'>,
): Promise<Digest | undefined> {
  if (!resolveTag) return undefined
  const signal = AbortSignal.timeout(registryTimeoutMs)
  try {
    return await Promise.race([resolveTag(registry, repository, tag, signal), aborted(signal)])
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.code === 'MANIFEST_UNKNOWN') throw error
    log.warn({ err: error, registry, repository, tag }, 'the registry did not resolve the tag')
    return undefined
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(asTallymanError(signal.reason)), { once: true })
  })
}
