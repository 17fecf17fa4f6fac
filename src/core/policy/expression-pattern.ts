import { run, isCelError } from '@bufbuild/cel'

/** Patterns of names and paths; RE2 takes linear time in the text, but the factor grows with the pattern. */
const maxPatternCharacters = 200
/** A counted repetition is written out by RE2, and one in another multiplies. */
const maxRepetitions = 100

/**
 * Classes of all of Unicode, and letters of either case, are tables that RE2 builds with every compilation: 300 ms for one line
 * of them. Names and paths do without.
 */
const costly = /[^\x20-\x7e]|\(\?[^:]|(?<!\\)(?:\\\\)*\\[pPx]/

/** What is wrong with a regular expression of `matches()`; undefined where nothing is. */
export function patternMistake(pattern: string): string | undefined {
  if (pattern.length > maxPatternCharacters) return `the pattern is longer than ${maxPatternCharacters} characters`
  if (costly.test(pattern)) return 'the pattern is not of ASCII alone, or has \\p, \\x or flags, which cost too much'
  if (repetitionsOf(pattern) > maxRepetitions) {
    return `the pattern's counted repetitions come to more than ${maxRepetitions}`
  }
  const tried = run('"".matches(pattern)', { pattern })
  return isCelError(tried) ? `the pattern is not one of RE2: ${tried.message}` : undefined
}

/** What the counts of `{2,5}` come to if each lies in the one before. */
export function repetitionsOf(pattern: string): number {
  const counts = [...pattern.matchAll(/\{(\d*),?(\d*)\}/g)].map(([, from, to]) => Math.max(1, Number(from), Number(to)))
  return counts.reduce((product, count) => product * count, 1)
}
