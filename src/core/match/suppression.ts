import type { Suppression } from '../policy/policy.ts'
import { indirectPackages } from './indirect-packages.ts'

/** What decides whether a package's findings count. */
export interface SuppressionSubject {
  /** purl type: `deb`, `npm`. */
  readonly type: string
  readonly name: string
  readonly source: { readonly name: string } | null
  /** purl of the OS package that brought its files, and whose advisories speak for it; null where there is none. */
  readonly ownedBy: string | null
}

/**
 * Why the findings of a package decide nothing, by what it is; null where they count. Shown beside each of them. What people
 * decide about single vulnerabilities (VEX, exceptions) comes on top of it.
 */
export function suppressionOf({ type, name, source, ownedBy }: SuppressionSubject): Suppression | null {
  if (ownedBy !== null) {
    const reason = `files belong to ${ownedBy}; the distribution patches and tracks it`
    return { by: 'owner', reason, until: null }
  }
  const indirect = indirectPackages.find(
    (kind) => kind.type === type && kind.name.test(name) && kind.source.test(source?.name ?? name),
  )
  return indirect ? { by: 'indirect', reason: indirect.reason, until: null } : null
}
