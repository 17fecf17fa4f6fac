import parseSpdx from 'spdx-expression-parse'
import type { Info } from 'spdx-expression-parse'
import { anyPattern, type Fits } from './pattern.ts'

export type LicenseDecision = 'caught' | 'free' | 'unknown'

/**
 * Whether a package can be used under a list of licences, all of which it states. In an SPDX expression a choice (`OR`) is
 * free where one side is; what is no SPDX expression is one licence by its whole text. `unknown`: it states none.
 */
export function licenseTest(lists: {
  readonly deny?: readonly string[]
  readonly allow?: readonly string[]
}): (licenses: readonly string[]) => LicenseDecision {
  const denied = lists.deny && anyLicense(lists.deny)
  const allowed = lists.allow && anyLicense(lists.allow)
  const isFree: Fits = (id) => !denied?.(id) && (allowed?.(id) ?? true)
  return (licenses) => {
    if (licenses.length === 0) return 'unknown'
    return licenses.every((text) => freeUnder(text, isFree)) ? 'free' : 'caught'
  }
}

/** Whether it is one licence by its SPDX id, with its exception where it has one. */
export function isSpdxLicense(text: string): boolean {
  const parsed = expressionIn(text)
  return parsed !== undefined && !('conjunction' in parsed)
}

/** In whatever case: that is how SPDX compares ids. */
function anyLicense(patterns: readonly string[]): Fits {
  const fits = anyPattern(patterns.map((pattern) => pattern.toLowerCase()))
  return (id) => fits(id.toLowerCase())
}

/** Longer ones are no expression that somebody wrote; the parser's recursion is bounded with them. */
const maxExpression = 1_000

function freeUnder(text: string, isFree: Fits): boolean {
  const parsed = expressionIn(text)
  return parsed ? isSatisfied(parsed, isFree) : isFree(text)
}

function expressionIn(text: string): Info | undefined {
  if (text.length > maxExpression) return undefined
  try {
    return parseSpdx(text)
  } catch {
    return undefined
  }
}

function isSatisfied(info: Info, isFree: Fits): boolean {
  if (!('conjunction' in info)) {
    const id = `${info.license}${info.plus ? '+' : ''}`
    return (
      isFree(info.exception === undefined ? id : `${id} WITH ${info.exception}`) ||
      (info.exception !== undefined && isFree(id))
    )
  }
  const left = isSatisfied(info.left, isFree)
  const right = isSatisfied(info.right, isFree)
  return info.conjunction === 'or' ? left || right : left && right
}
