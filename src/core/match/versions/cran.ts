import type { VersionScheme } from '../version-scheme.ts'
import { compareDigits, compareLists, comparing, versionText } from './order.ts'

/** R's package_version, for CRAN and Bioconductor: numbers parted by `.` or `-` alike, a longer list after its beginning. */
export const cran: VersionScheme = {
  name: 'cran',
  compare: comparing(parse, (left, right) => compareLists(left, right, compareDigits)),
}

function parse(version: string): readonly string[] | undefined {
  const text = versionText(version)
  return /^[0-9]+(?:[.-][0-9]+)*$/.test(text) ? text.split(/[.-]/) : undefined
}
