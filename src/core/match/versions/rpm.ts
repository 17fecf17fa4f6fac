import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { compareDigits, comparing, isDigits, versionText } from './order.ts'

/**
 * `[epoch:]version[-release]`, each part by rpmvercmp; no epoch is epoch 0. rpm itself calls `1.0` and `1.0-1` equal, which
 * is no order at all (`1.0-1` and `1.0-2` would both equal it): here a missing release is before every release.
 */
export const rpm: VersionScheme = {
  name: 'rpm',
  compare: comparing(
    parse,
    (left, right) =>
      compareDigits(left.epoch, right.epoch) ||
      compareSegments(left.version, right.version) ||
      compareReleases(left.release, right.release),
  ),
}

interface Parsed {
  readonly epoch: string
  readonly version: string
  readonly release: string | undefined
}

function parse(version: string): Parsed | undefined {
  const text = versionText(version)
  if (!/^[!-~]+$/.test(text)) return undefined
  const colon = text.indexOf(':')
  const epoch = colon < 0 ? '0' : text.slice(0, colon).replace('(none)', '0')
  if (!isDigits(epoch)) return undefined
  const rest = text.slice(colon + 1)
  const hyphen = rest.lastIndexOf('-')
  if (rest === '' || hyphen === 0) return undefined
  if (hyphen < 0) return { epoch, version: rest, release: undefined }
  return { epoch, version: rest.slice(0, hyphen), release: rest.slice(hyphen + 1) }
}

function compareReleases(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return compareSegments(a, b)
}

/**
 * rpmvercmp: runs of letters or digits, everything else only parts them. A run of digits is after a run of letters, `~` is
 * before everything, also the end, and `^` is after the end but before any further run.
 */
function compareSegments(a: string, b: string): number {
  const left = segments(a)
  const right = segments(b)
  for (let index = 0; ; index++) {
    const one = left[index]
    const two = right[index]
    if (one === undefined && two === undefined) return 0
    const order = rank(one) - rank(two) || compareSegment(one ?? '', two ?? '')
    if (order !== 0) return order
  }
}

const segments = (text: string): readonly string[] => text.match(/[0-9]+|[A-Za-z]+|[~^]/g) ?? []

function rank(segment: string | undefined): number {
  if (segment === '~') return 0
  if (segment === undefined) return 1
  if (segment === '^') return 2
  return isDigits(segment) ? 4 : 3
}

const compareSegment = (a: string, b: string): number => (isDigits(a) ? compareDigits(a, b) : compareText(a, b))
