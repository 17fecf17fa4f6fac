import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { compareDigits, compareNumbers, comparing, isDigits, versionText } from './order.ts'

/**
 * Composer: normalised as composer/semver does, so that `1.0` is `1.0.0.0` and `1.x-dev` is after every other 1, then
 * ordered as PHP's version_compare does. Branches (`dev-main`) have no place in that order: they are before every release.
 */
export const packagist: VersionScheme = {
  name: 'packagist',
  compare: comparing(
    parse,
    (left, right) =>
      compareText(right.branch, left.branch) ||
      compareNumbers(left.numbers, right.numbers) ||
      compareSuffixes(left.suffix, right.suffix),
  ),
}

interface Parsed {
  /** Empty for a release. */
  readonly branch: string
  readonly numbers: readonly string[]
  /** Words and numbers behind the leading numbers: `RC`, `1`. */
  readonly suffix: readonly string[]
}

/** What composer/semver puts for an `x`. */
const WILDCARD = '9999999'

function parse(version: string): Parsed | undefined {
  const text = versionText(version).toLowerCase()
  if (/^dev-[!-~]+$/.test(text)) return { branch: text, numbers: [], suffix: [] }
  const [release = ''] = text.replace(/^v/, '').split('+', 1)
  const line = /^(?<numbers>[0-9]+(?:\.[0-9]+)*)(?:\.[x*])+[.-]?dev$/.exec(release)?.groups?.['numbers']
  if (line !== undefined) {
    return { branch: '', numbers: [...line.split('.'), WILDCARD, WILDCARD, WILDCARD].slice(0, 4), suffix: ['dev'] }
  }
  if (!/^[0-9][0-9a-z._-]*$/.test(release)) return undefined
  const parts = release.match(/[0-9]+|[a-z]+/g) ?? []
  const words = parts.findIndex((part) => !isDigits(part))
  if (words < 0) return { branch: '', numbers: parts, suffix: [] }
  const suffix = parts.slice(words)
  return { branch: '', numbers: parts.slice(0, words), suffix: suffix[0] === 'stable' ? [] : suffix }
}

/** version_compare's forms; a word that is none of them is before all. */
const forms: Record<string, number> = { dev: 1, alpha: 2, a: 2, beta: 3, b: 3, rc: 4, pl: 7, p: 7, patch: 7 }
const OTHER_WORD = 0
const END = 5
const NUMBER = 6

function compareSuffixes(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const one = a[index]
    const two = b[index]
    const order = rank(one) - rank(two) || (rank(one) === NUMBER ? compareDigits(one!, two!) : 0)
    if (order !== 0) return order
  }
  return 0
}

function rank(part: string | undefined): number {
  if (part === undefined) return END
  if (isDigits(part)) return NUMBER
  return Object.hasOwn(forms, part) ? forms[part]! : OTHER_WORD
}
