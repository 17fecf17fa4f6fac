import type { VersionScheme } from '../version-scheme.ts'
import { compareNumbers, comparePreReleases, comparing, versionText } from './order.ts'

/** NuGet.Versioning: up to four numbers, a pre-release as in Semantic Versioning but blind to case, build ignored. */
export const nuget: VersionScheme = {
  name: 'nuget',
  compare: comparing(
    parse,
    (left, right) =>
      compareNumbers(left.numbers, right.numbers) || comparePreReleases(left.preRelease, right.preRelease),
  ),
}

interface Parsed {
  readonly numbers: readonly string[]
  /** Empty for a release. */
  readonly preRelease: readonly string[]
}

const form = /^v?(?<numbers>[0-9]+(?:\.[0-9]+){0,3})(?:-(?<preRelease>[0-9a-z-]+(?:\.[0-9a-z-]+)*))?(?:\+[0-9a-z.-]*)?$/

function parse(version: string): Parsed | undefined {
  const groups = form.exec(versionText(version).toLowerCase())?.groups
  if (!groups) return undefined
  return { numbers: groups['numbers']!.split('.'), preRelease: groups['preRelease']?.split('.') ?? [] }
}
