import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { compareDigits, comparing, versionText } from './order.ts'

/**
 * `digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]` as apk-tools orders it (src/version.c, test/unit/version.data).
 * More lenient in one thing: parts may come in any order, because older packages have versions such as `6.0.2p1`.
 */
export const apk: VersionScheme = {
  name: 'apk',
  compare: comparing(parse, (left, right) => {
    for (let index = 0; ; index++) {
      const one = left[index]
      const two = right[index]
      if (one === undefined && two === undefined) return 0
      const order = rank(one) - rank(two) || compareValues(one!, two!)
      if (order !== 0) return order
    }
  }),
}

type Kind = 'initial' | 'number' | 'letter' | 'suffix' | 'suffixNumber' | 'hash' | 'revision'

interface Part {
  readonly kind: Kind
  readonly value: string
}

/** Those before `p` … are pre-releases: they sort before the version without them. */
const preReleases = ['alpha', 'beta', 'pre', 'rc']
const suffixes = [...preReleases, 'cvs', 'svn', 'git', 'hg', 'p']

const part =
  /\.(?<number>[0-9]+)|(?<letter>[a-z])(?<letterNumber>[0-9]*)|_(?<suffix>alpha|beta|pre|rc|cvs|svn|git|hg|p)(?<suffixNumber>[0-9]*)|~(?<hash>[0-9a-f]+)|-r(?<revision>[0-9]+)/y

/** Walked with a sticky expression: one pass, no backtracking whatever the text. */
function parse(version: string): readonly Part[] | undefined {
  const text = versionText(version)
  const initial = /^[0-9]+/.exec(text)?.[0]
  if (initial === undefined) return undefined
  const parts: Part[] = [{ kind: 'initial', value: initial }]
  part.lastIndex = initial.length
  while (part.lastIndex < text.length) {
    const groups = part.exec(text)?.groups
    if (!groups) return undefined
    for (const [name, value] of Object.entries(groups)) if (value) parts.push({ kind: kindOf(name), value })
  }
  return parts
}

const kindOf = (group: string): Kind => (group === 'letterNumber' ? 'number' : (group as Kind))

/** Which of two different parts makes its version the greater one; a version that ends counts as 1. */
function rank(part: Part | undefined): number {
  switch (part?.kind) {
    case 'suffix':
      return preReleases.includes(part.value) ? 0 : 5
    case undefined:
      return 1
    case 'revision':
      return 2
    case 'hash':
      return 3
    case 'suffixNumber':
      return 4
    case 'letter':
      return 6
    case 'number':
      return 7
    case 'initial':
      return 8
  }
}

function compareValues(a: Part, b: Part): number {
  switch (a.kind) {
    case 'number':
      // As Gentoo: a leading zero makes it a fraction, 1.01 < 1.1 and 1.010 < 1.09.
      return a.value.startsWith('0') || b.value.startsWith('0')
        ? compareText(a.value, b.value)
        : compareDigits(a.value, b.value)
    case 'initial':
    case 'suffixNumber':
    case 'revision':
      return compareDigits(a.value, b.value)
    case 'suffix':
      return suffixes.indexOf(a.value) - suffixes.indexOf(b.value)
    case 'letter':
    case 'hash':
      return compareText(a.value, b.value)
  }
}
