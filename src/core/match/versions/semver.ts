import type { VersionScheme } from '../version-scheme.ts'
import { compareDigits, compareLists, compareText, isDigits } from './order.ts'

/**
 * Semantic Versioning 2.0.0 section 11, for npm, Go, crates.io and more. Own code because the package `semver` refuses what
 * installed packages and advisories really contain: `v1.2`, `1.1.3.4`, numbers over 2^53. On what it does accept, a test
 * holds the two against each other.
 */
export const semver: VersionScheme = {
  name: 'semver',
  compare(a, b) {
    const left = parse(a)
    const right = parse(b)
    if (!left || !right) return undefined
    return compareNumbers(left.numbers, right.numbers) || comparePreReleases(left.preRelease, right.preRelease)
  },
}

interface Parsed {
  readonly numbers: readonly string[]
  /** Empty for a release. */
  readonly preRelease: readonly string[]
}

function parse(version: string): Parsed | undefined {
  const text = version.trim().replace(/^[v=\s]+/, '')
  const numbers = /^[0-9]+(?:\.[0-9]+)*/.exec(text)?.[0]
  if (numbers === undefined) return undefined
  const [qualifier = ''] = text.slice(numbers.length).split('+', 1)
  if (qualifier === '') return { numbers: numbers.split('.'), preRelease: [] }
  const preRelease = qualifier.replace(/^-/, '').split('.')
  return preRelease.every((identifier) => /^[0-9A-Za-z_~-]+$/.test(identifier))
    ? { numbers: numbers.split('.'), preRelease }
    : undefined
}

/** Missing components are zero. */
function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareDigits(a[index] ?? '0', b[index] ?? '0')
    if (order !== 0) return order
  }
  return 0
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  return compareLists(a, b, compareIdentifiers)
}

function compareIdentifiers(a: string, b: string): number {
  const numeric = isDigits(a)
  if (numeric !== isDigits(b)) return numeric ? -1 : 1
  return numeric ? compareDigits(a, b) : compareText(a, b)
}
