import type { Digest } from '../core/image/digest.ts'
import { isDigest } from '../core/image/digest.ts'
import { canonicalRegistry, parseReference } from '../core/image/reference.ts'
import { TallymanError } from '../errors.ts'
import type { ApiRegistry, AppDeps } from './deps.ts'

/** An image as a caller names it: a bare digest, or a place in a declared registry. */
export type NamedImage =
  | { readonly kind: 'digest'; readonly digest: Digest }
  | {
      readonly kind: 'place'
      readonly registry: ApiRegistry
      readonly repository: string
      /** `latest` where the text names neither tag nor digest. */
      readonly tag?: string
      readonly digest?: Digest
    }

/**
 * Reads `host/repository[:tag][@digest]`, where host is a host or the name of a declared registry, or a bare digest.
 * REFERENCE_INVALID, REGISTRY_UNKNOWN.
 */
export function readImage(text: string, registries: AppDeps['registries']): NamedImage {
  if (isDigest(text)) return { kind: 'digest', digest: text }
  const slash = text.indexOf('/')
  const byName = slash < 0 ? undefined : registries.get(text.slice(0, slash))
  const reference = parseReference(byName ? byName.host + text.slice(slash) : text)
  const registry = byName ?? withHost(reference.registry, registries)
  if (!registry) {
    const declared = [...registries.values()].map(({ name, host }) => `${name} (${host})`).join(', ') || 'none'
    throw new TallymanError(
      'REGISTRY_UNKNOWN',
      `the registry ${reference.registry} is not declared; declared are: ${declared}`,
    )
  }
  const { repository, tag, digest } = reference
  return { kind: 'place', registry, repository, ...(tag !== undefined && { tag }), ...(digest && { digest }) }
}

function withHost(host: string, registries: AppDeps['registries']): ApiRegistry | undefined {
  return [...registries.values()].find(({ hosts }) => hosts.some((each) => canonicalRegistry(each) === host))
}
