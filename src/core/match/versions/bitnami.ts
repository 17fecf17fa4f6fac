import type { VersionScheme } from '../version-scheme.ts'
import { compareNumbers, comparing, versionText } from './order.ts'
import { semver } from './semver.ts'

/**
 * Semantic Versioning, except that `-4` (`-r4` in tags) is not a pre-release but the revision of Bitnami's package, after
 * the bare version: `1.81.0-1` fixes what `1.81.0-0` has. Revision 0 is the bare version.
 */
export const bitnami: VersionScheme = {
  name: 'bitnami',
  compare: comparing(parse, (left, right) => {
    const order = semver.compare(left.version, right.version)
    return order === 0 ? compareNumbers(left.revision, right.revision) : order
  }),
}

interface Parsed {
  readonly version: string
  /** Several where the version ends in a build number of its own: `11.0.15-10-2`. */
  readonly revision: readonly string[]
}

function parse(version: string): Parsed {
  const text = versionText(version)
  const groups = /^(?<release>v?[0-9.]+)-(?<revision>(?:[0-9]+[.-])*r?[0-9]+)$/.exec(text)?.groups
  if (!groups) return { version: text, revision: [] }
  return { version: groups['release']!, revision: groups['revision']!.replace('r', '').split(/[.-]/) }
}
