import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { comparing, compareDigits, compareIdentifiers, compareLists, comparePreReleases, versionText } from './order.ts'

/**
 * Conan's Version: as Semantic Versioning, but the parts may have letters, `1.1.1k` is after `1.1.1` and before `1.1.2`, a
 * word (`cci.20200203`) is after every number, and a build is after the bare version.
 */
export const conan: VersionScheme = {
  name: 'conan',
  compare: comparing(
    parse,
    (left, right) =>
      compareMain(left.main, right.main) ||
      comparePreReleases(left.preRelease, right.preRelease) ||
      compareLists(left.build, right.build, compareIdentifiers),
  ),
}

interface Parsed {
  readonly main: readonly string[]
  readonly preRelease: readonly string[]
  readonly build: readonly string[]
}

const form = /^(?<main>\w+(?:\.\w+)*)(?:-(?<preRelease>[\w.-]+))?(?:\+(?<build>[\w.-]+))?$/

function parse(version: string): Parsed | undefined {
  const groups: Record<string, string | undefined> | undefined = form.exec(versionText(version))?.groups
  // Without a digit it is a word such as `latest` or `system`.
  if (!groups?.['main'] || !/[0-9]/.test(groups['main'])) return undefined
  const { main, preRelease, build } = groups
  return { main: main.split('.'), preRelease: preRelease?.split('.') ?? [], build: build?.split('.') ?? [] }
}

/** Missing parts are zero. */
function compareMain(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = comparePart(a[index] ?? '0', b[index] ?? '0')
    if (order !== 0) return order
  }
  return 0
}

function comparePart(a: string, b: string): number {
  const [left = '', right = ''] = [a, b].map((part) => /^[0-9]*/.exec(part)![0])
  const words = Number(left === '') - Number(right === '')
  return words || compareDigits(left, right) || compareText(a.slice(left.length), b.slice(right.length))
}
