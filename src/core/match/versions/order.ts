import { compareText } from '../../compare-text.ts'

/**
 * No longer text is compared. Debian's longest version has some 60 characters and npm's registry refuses more than 256;
 * comparing takes time in proportion to the length, and an installed version is whatever the image says it is.
 */
export const MAX_VERSION_LENGTH = 1_000

/** The text of a version, trimmed; empty, which no scheme parses, where it is longer than any real one. */
export const versionText = (version: string): string => (version.length > MAX_VERSION_LENGTH ? '' : version.trim())

/** Parsed versions that are kept of each scheme: those of some thousand packages and of what is fixed in them. */
const maxParsed = 5_000

/**
 * An order of versions from one of what they say; undefined where either does not parse. What was parsed is kept for a while:
 * matching compares an advisory's version with those of many packages, and each of theirs with those of many advisories.
 */
export function comparing<T extends object>(
  parse: (version: string) => T | undefined,
  order: (left: T, right: T) => number | undefined,
): (a: string, b: string) => number | undefined {
  const parsed = new Map<string, T>()
  const known = (version: string): T | undefined => {
    const former = parsed.get(version)
    if (former) return former
    const found = parse(version)
    if (!found || version.length > MAX_VERSION_LENGTH) return found
    if (parsed.size >= maxParsed) parsed.clear()
    parsed.set(version, found)
    return found
  }
  return (a, b) => {
    const left = known(a)
    const right = known(b)
    return left && right && order(left, right)
  }
}

/** Orders two runs of decimal digits by value, whatever their length: dates and hashes in versions exceed 2^53. */
export function compareDigits(a: string, b: string): number {
  const left = withoutZeros(a)
  const right = withoutZeros(b)
  return left.length - right.length || compareText(left, right)
}

/** Orders two lists item by item; where one ends first, the shorter is before. */
export function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  const common = Math.min(a.length, b.length)
  for (let index = 0; index < common; index++) {
    const order = compare(a[index]!, b[index]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Orders two lists of digit runs; missing ones are zero, so that `1` is `1.0`. */
export function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareDigits(a[index] ?? '0', b[index] ?? '0')
    if (order !== 0) return order
  }
  return 0
}

/** Orders two identifiers as Semantic Versioning does those of a pre-release: numbers by value, and before all text. */
export function compareIdentifiers(a: string, b: string): number {
  const numeric = isDigits(a)
  if (numeric !== isDigits(b)) return numeric ? -1 : 1
  return numeric ? compareDigits(a, b) : compareText(a, b)
}

/** Orders two pre-releases, lists of identifiers; an empty one is the release, which is after all of them. */
export function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  return compareLists(a, b, compareIdentifiers)
}

export const isDigits = (text: string): boolean => /^[0-9]+$/.test(text)

function withoutZeros(digits: string): string {
  let start = 0
  while (start < digits.length && digits[start] === '0') start++
  return digits.slice(start)
}
