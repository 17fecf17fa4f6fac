/** Whether a text fits a pattern: `*` stands for anything but `/`, `**` for anything at all, everything else for itself. */
export type Fits = (text: string) => boolean

/**
 * One of several patterns, made ready once: those without a star are looked up, so that a list of a thousand names costs as much
 * as one. Never backtracks further than the last star of its kind: at worst the product of both lengths.
 */
export function anyPattern(patterns: readonly string[]): Fits {
  const fitsAny = known.get(patterns) ?? readyPattern(patterns)
  known.set(patterns, fitsAny)
  return fitsAny
}

/** A policy's lists are asked for every image of a fleet. */
const known = new WeakMap<readonly string[], Fits>()

function readyPattern(patterns: readonly string[]): Fits {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const starred = patterns.filter((pattern) => pattern.includes('*')).map(tokensOf)
  return (text) => exact.has(text) || starred.some((tokens) => fits(tokens, text))
}

const one = Symbol('*')
const all = Symbol('**')
type Token = string | typeof one | typeof all

function tokensOf(pattern: string): readonly Token[] {
  return (pattern.match(/\*{2,}|\*|[^*]/gu) ?? []).map((part) =>
    part === '*' ? one : part.startsWith('**') ? all : part,
  )
}

/** Which positions of the pattern can have been reached, character by character: no order of stars makes it slow. */
function fits(tokens: readonly Token[], text: string): boolean {
  let reached = closure(new Set([0]), tokens)
  for (const character of text) {
    const next = new Set<number>()
    for (const at of reached) {
      const token = tokens[at]
      if (token === all || (token === one && character !== '/')) next.add(at)
      else if (token === character) next.add(at + 1)
    }
    if (next.size === 0) return false
    reached = closure(next, tokens)
  }
  return reached.has(tokens.length)
}

/** A star can also stand for nothing. */
function closure(positions: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const at of positions) {
    const token = tokens[at]
    if (token === one || token === all) positions.add(at + 1)
  }
  return positions
}
