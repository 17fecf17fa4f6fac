import { parse } from '@bufbuild/cel'
import { LRUCache } from 'lru-cache'
import { checkTypes, type ExpressionMistake } from './expression-checker.ts'
import { programOf, type Evaluation, type Program } from './expression-program.ts'
import { expressionVariables, type ExpressionKind } from './expression-types.ts'

/** A rule that says more is several rules. It bounds what is done outside of loops, too. */
const maxCharacters = 2000
/** The parser and everything after it descend with each bracket. */
const maxBrackets = 50

/**
 * What one evaluation may cost, in turns of a loop or what takes as long, about a microsecond each. Findings and packages
 * are judged by the hundred thousand (0.4 µs for one comparison, 2.4 for six, 9 with `matches`), and their lists are short; an
 * image is judged once, and has lists of hundreds.
 */
const budgets: Readonly<Record<ExpressionKind, number>> = { finding: 2000, package: 2000, image: 20_000 }

type Compiled = { readonly program: Program } | { readonly mistake: ExpressionMistake }

/** More than any policies in force have; a preview brings some of its own. */
const compiled = new LRUCache<string, Compiled>({ max: 1000 })

/** What is wrong with an expression; undefined where nothing is. Never throws. */
export function checkExpression(text: string, kind: ExpressionKind): ExpressionMistake | undefined {
  const result = compile(text, kind)
  return 'mistake' in result ? result.mistake : undefined
}

/**
 * Whether it holds. `variables` are objects with the fields of docs/policy.md: `finding` and `package`, `package`, or `image`;
 * only what the expression names is read. An expression that does not check, errs or costs too much is an error in words.
 * Never throws.
 */
export function evaluateExpression(
  text: string,
  kind: ExpressionKind,
  variables: Readonly<Record<string, unknown>>,
): Evaluation {
  const result = compile(text, kind)
  if ('mistake' in result) return { error: result.mistake.message }
  return result.program(variables)
}

function compile(text: string, kind: ExpressionKind): Compiled {
  const key = `${kind} ${text}`
  const known = compiled.get(key)
  if (known) return known
  const fresh = compileFresh(text, kind)
  // What is too long to be right would only fill the memory.
  if (text.length <= maxCharacters) compiled.set(key, fresh)
  return fresh
}

function compileFresh(text: string, kind: ExpressionKind): Compiled {
  if (text.length > maxCharacters) return wrong(`the expression is longer than ${maxCharacters} characters`)
  if (bracketDepth(text) > maxBrackets) return wrong(`at most ${maxBrackets} brackets in each other`)
  const parsed = parsedOf(text)
  if ('message' in parsed) return { mistake: parsed }
  const { mistake, inputs, turns } = checkTypes(parsed, expressionVariables[kind])
  if (mistake) return { mistake }
  if (turns > budgets[kind]) return wrong(`its loops turn ${turns} times or more, and may ${budgets[kind]} times`)
  return { program: programOf(parsed.expr, inputs, budgets[kind]) }
}

function parsedOf(text: string): ReturnType<typeof parse> | ExpressionMistake {
  try {
    return parse(text)
  } catch (error) {
    return syntaxMistake(error)
  }
}

/** The parser's errors have a place, and alternatives by the dozen. */
function syntaxMistake(error: unknown): ExpressionMistake {
  const { rawMessage, location, found } = error as {
    readonly rawMessage?: string
    readonly location?: { readonly start?: { readonly offset?: number } }
    readonly found?: string | null
  }
  const offset = location?.start?.offset
  const what = found === '' ? 'unexpected end' : found ? `unexpected ${JSON.stringify(found)}` : rawMessage
  const hint = what === 'reserved identifier' ? ' (a package is called pkg)' : ''
  return { message: `not an expression of CEL: ${what ?? 'it cannot be read'}${hint}`, offset: offset ?? 0 }
}

/** Quotes are not looked for: a text with so many brackets can be written otherwise. */
function bracketDepth(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1
    if (')]}'.includes(character)) depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

function wrong(message: string): { readonly mistake: ExpressionMistake } {
  return { mistake: { message, offset: 0 } }
}
