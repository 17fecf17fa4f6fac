import type { VersionScheme } from '../version-scheme.ts'
import { compareNumbers, comparePreReleases, comparing, versionText } from './order.ts'

/**
 * Semantic Versioning 2.0.0 section 11, for npm, Go, crates.io and more. Own code because the package `semver` refuses what
 * installed packages and advisories really contain: `v1.2`, `1.1.3.4`, numbers over 2^53. On what it does accept, a test
 * holds the two against each other.
 */
export const semver: VersionScheme = {
  name: 'semver',
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

function parse(version: string): Parsed | undefined {
  const text = withoutGoForm(versionText(version)).replace(/^[v=\s]+/, '')
  const numbers = /^[0-9]+(?:\.[0-9]+)*/.exec(text)?.[0]
  if (numbers === undefined) return undefined
  const [qualifier = ''] = text.slice(numbers.length).split('+', 1)
  if (qualifier === '') return { numbers: numbers.split('.'), preRelease: [] }
  const preRelease = qualifier.replace(/^-/, '').split('.')
  return preRelease.every((identifier) => /^[0-9A-Za-z_~-]+$/.test(identifier))
    ? { numbers: numbers.split('.'), preRelease }
    : undefined
}

/**
 * A Go toolchain writes `go1.22rc1` for what advisories of the standard library call `1.22.0-rc.1`. A suffix or a remark is
 * the builder's and no pre-release: `go1.21.3-custom`, `go1.22.3 X:boringcrypto` (https://go.dev/doc/toolchain#name).
 */
function withoutGoForm(text: string): string {
  return text.replace(/^go([0-9][^-+\s]*).*$/s, '$1').replace(/^([0-9]+\.[0-9]+)(rc|beta)([0-9]+)$/, '$1-$2.$3')
}
