import type { VersionScheme } from '../version-scheme.ts'
import { compareDigits, compareLists, comparing, versionText } from './order.ts'

/** Haskell's Data.Version, for Hackage and GHC: dotted numbers, a longer list after its beginning: `1.0` is before `1.0.0`. */
export const hackage: VersionScheme = {
  name: 'hackage',
  compare: comparing(parse, (left, right) => compareLists(left, right, compareDigits)),
}

function parse(version: string): readonly string[] | undefined {
  const text = versionText(version)
  return /^[0-9]+(?:\.[0-9]+)*$/.test(text) ? text.split('.') : undefined
}
