import { TallymanError } from '../../errors.ts'
import type { VersionScheme } from './version-scheme.ts'

type Operator = '<' | '<=' | '>' | '>=' | '='

interface Comparator {
  readonly operator: Operator
  readonly version: string
}

/** All of them hold. */
export type VersionRange = readonly Comparator[]

/** Nobody writes more by hand; each is a comparison for every version of the package. */
const maxComparators = 10

/** `<1.2.3`, `>=2.0 <2.17.1`, `1.2.3`: comparators between blanks or commas. REQUEST_INVALID for anything else. */
export function parseVersionRange(text: string): VersionRange {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const range = parts.map((part): Comparator => {
    const { operator = '=', version = '' } = /^(?<operator>[<>]=?|=)?(?<version>[^<>=].*)$/s.exec(part)?.groups ?? {}
    if (version === '') throw invalid(text)
    return { operator: operator as Operator, version }
  })
  if (range.length === 0 || range.length > maxComparators) throw invalid(text)
  return range
}

function invalid(text: string): TallymanError {
  return new TallymanError(
    'REQUEST_INVALID',
    `${JSON.stringify(text)} is not a range of versions; write for example "<1.2.3" or ">=2.0 <2.17.1"`,
  )
}

/** Whether the version is in the range by its ecosystem's own order. What cannot be compared is in none. */
export function isInRange(version: string, range: VersionRange, scheme: VersionScheme | undefined): boolean {
  return range.every(({ operator, version: limit }) => {
    const order = scheme?.compare(version, limit) ?? (version === limit ? 0 : undefined)
    return order !== undefined && holds(order, operator)
  })
}

function holds(order: number, operator: Operator): boolean {
  switch (operator) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '=':
      return order === 0
  }
}
