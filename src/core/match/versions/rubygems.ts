import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { compareDigits, comparing, isDigits, versionText } from './order.ts'

/**
 * Gem::Version: runs of digits and letters, where any letters make a pre-release. Own code because the package
 * `@renovatebot/ruby-semver` orders letters by locale (`A` after `a`) and loses digits over 2^53.
 */
export const rubygems: VersionScheme = {
  name: 'rubygems',
  compare: comparing(parse, (left, right) => {
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      const order = compareSegments(left[index] ?? '0', right[index] ?? '0')
      if (order !== 0) return order
    }
    return 0
  }),
}

/** Of a gem built for one platform, `1.15.4-x86_64-linux-gnu`: in file names and lock files, no part of the version. */
const platform =
  /-(?:java|jruby|ruby|dalvik|mswin\w*|(?:x86|x64|x86_64|i[3-6]86|amd64|arm|armv[5-8]\w*|arm64|aarch64|ppc|ppc64|ppc64le|powerpc|powerpc64le|s390x?|riscv64|loongarch64|sparc|universal)-(?:linux|darwin|macos|mingw|mswin|cygwin|freebsd|openbsd|netbsd|solaris|aix|java)[\w.-]*)$/

const gemVersion = /^[0-9][0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/

/** The canonical segments: no zeros at the end, nor before the first letters. */
function parse(version: string): readonly string[] | undefined {
  const text = versionText(version).replace(platform, '')
  if (!gemVersion.test(text)) return undefined
  const segments = text.replaceAll('-', '.pre.').match(/[0-9]+|[A-Za-z]+/g) ?? []
  const letters = segments.findIndex((segment) => !isDigits(segment))
  if (letters < 0) return withoutLastZeros(segments)
  return [...withoutLastZeros(segments.slice(0, letters)), ...withoutLastZeros(segments.slice(letters))]
}

function withoutLastZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => !/^0+$/.test(segment)) + 1)
}

/** A missing segment is zero: after letters, before every other number. */
function compareSegments(a: string, b: string): number {
  const numeric = isDigits(a)
  if (numeric !== isDigits(b)) return numeric ? 1 : -1
  return numeric ? compareDigits(a, b) : compareText(a, b)
}
