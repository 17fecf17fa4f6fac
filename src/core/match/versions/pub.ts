import type { VersionScheme } from '../version-scheme.ts'
import { compareIdentifiers, compareLists } from './order.ts'
import { semver } from './semver.ts'

/**
 * pub_semver, and Julia's VersionNumber: Semantic Versioning, except that build metadata counts: after the bare version, and
 * among each other as pre-releases are. Julia's binary packages are fixed in a build: `1.1.1+2`.
 */
export const pub: VersionScheme = {
  name: 'pub',
  compare(a, b) {
    const order = semver.compare(a, b)
    return order === 0 ? compareLists(buildOf(a), buildOf(b), compareIdentifiers) : order
  },
}

function buildOf(version: string): readonly string[] {
  const [, build = ''] = version.trim().split(/\+(.*)/s, 2)
  return build === '' ? [] : build.split('.')
}
