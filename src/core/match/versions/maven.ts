import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { compareDigits, comparing, isDigits, versionText } from './order.ts'

/**
 * Maven's version order specification (https://maven.apache.org/pom.html#version-order-specification). Where Maven's
 * ComparableVersion contradicts itself, as 3.8 does in `1.x < 1-alpha < 1 < 1.x`, the specification holds: a qualifier is
 * the same behind a dot, a hyphen or a digit.
 */
export const maven: VersionScheme = {
  name: 'maven',
  compare: comparing(parse, (left, right) => {
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      const order = compareTokens(left[index] ?? end, right[index] ?? end)
      if (order !== 0) return order
    }
    return 0
  }),
}

interface Token {
  readonly rank: number
  readonly value: string
  /** Whether it begins a part of its own, before which zeros mean nothing: all but `.1`. */
  readonly parted: boolean
}

/** Those before the release, which has many names and is also the end of the version; then those after it. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
const aliases = new Map([
  ['cr', 'rc'],
  ['ga', ''],
  ['final', ''],
  ['release', ''],
])
/** With a digit right behind: `1.0-b2` is a beta, `1.0-b` is not. */
const abbreviations = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
])

const RELEASE = qualifiers.indexOf('')
const OTHER_TEXT = qualifiers.length
const PARTED_NUMBER = OTHER_TEXT + 1
const NUMBER = OTHER_TEXT + 2

const end: Token = { rank: RELEASE, value: '', parted: true }

/** Parts at dots and hyphens, which it keeps, and between digits and letters. */
const borders = /([.-])|(?<=[0-9])(?=[^0-9.-])|(?<=[^0-9.-])(?=[0-9])/

function parse(version: string): readonly Token[] | undefined {
  const text = versionText(version).toLowerCase()
  // Without a digit it is a word such as `latest` or `unknown`; with others it is an unresolved `${property}` or a range.
  if (!/^[a-z._+~-]*[0-9][0-9a-z._+~-]*$/.test(text)) return undefined
  const pieces: (string | undefined)[] = text.split(borders)
  const tokens: Token[] = []
  for (let index = 0; index < pieces.length; index += 2) {
    const separator = index === 0 ? '.' : pieces[index - 1]
    const digitNext = index + 2 < pieces.length && pieces[index + 1] === undefined
    tokens.push(tokenOf(pieces[index] || '0', separator, digitNext))
  }
  return withoutNulls(tokens)
}

function tokenOf(piece: string, separator: string | undefined, digitNext: boolean): Token {
  if (isDigits(piece)) {
    const parted = separator !== '.'
    return { rank: parted ? PARTED_NUMBER : NUMBER, value: piece, parted }
  }
  const qualifier = aliases.get(piece) ?? (digitNext ? abbreviations.get(piece) : undefined) ?? piece
  const rank = qualifiers.indexOf(qualifier)
  return rank < 0 ? { rank: OTHER_TEXT, value: qualifier, parted: true } : { rank, value: '', parted: true }
}

/** Zeros and names of the release mean nothing at the end and before a part of its own: `1.0-rc1` is `1-rc1`. */
function withoutNulls(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = []
  for (const token of tokens.toReversed()) {
    const following = kept.at(-1)
    if ((following === undefined || following.parted) && isNull(token)) continue
    kept.push(token)
  }
  return kept.toReversed()
}

const isNull = ({ rank, value }: Token): boolean => rank === RELEASE || /^0+$/.test(value)

function compareTokens(a: Token, b: Token): number {
  return a.rank - b.rank || (a.rank > OTHER_TEXT ? compareDigits(a.value, b.value) : compareText(a.value, b.value))
}
