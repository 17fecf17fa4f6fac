import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cpuMs } from '../../../test/support/cpu-time.ts'
import { anyPattern } from './pattern.ts'

/** The same said as a regular expression: right, and slow where it backtracks. */
function oracle(pattern: string): RegExp {
  const parts = pattern.match(/\*{2,}|\*|[^*]+/gu) ?? []
  const source = parts.map((part) => {
    if (part === '*') return '[^/]*'
    return part.startsWith('**') ? '[^]*' : part.replaceAll(/[/.]/g, String.raw`\$&`)
  })
  return new RegExp(`^${source.join('')}$`, 'u')
}

test('fits as the regular expression does that says the same', () => {
  const piece = fc.constantFrom('a', 'b', '/', '.', '😀', '\n')
  const pattern = fc
    .array(fc.oneof(piece, fc.constantFrom('*', '*', '**')), { maxLength: 8 })
    .map((all) => all.join(''))
  const text = fc.array(piece, { maxLength: 8 }).map((all) => all.join(''))
  fc.assert(
    fc.property(pattern, text, (some, whole) => {
      expect(anyPattern([some])(whole)).toBe(oracle(some).test(whole))
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  ['openssl', 'openssl', true],
  ['openssl', 'openssl3', false],
  ['lib*', 'libssl3', true],
  ['lib*', 'lib', true],
  ['*', 'team/app', false],
  ['**', 'team/app', true],
  ['team/*', 'team/app/api', false],
  ['team/**', 'team/app/api', true],
  ['team/**/api', 'team/api', false],
  ['*ssl*', 'openssl-dev', true],
  ['a.c', 'abc', false],
  ['OpenSSL', 'openssl', false],
  ['', '', true],
  ['', 'a', false],
])('%j and %j: %j', (pattern, text, expected) => {
  expect(anyPattern([pattern])(text)).toBe(expected)
})

test('one of several is enough, and none is never', () => {
  const fits = anyPattern(['curl', 'lib*', 'team/**'])
  expect(['curl', 'libz', 'team/a/b', 'wget'].map(fits)).toEqual([true, true, true, false])
  expect(anyPattern([])('')).toBe(false)
})

test('takes time in proportion to the text, whatever the order of the stars', () => {
  const growths = ['a*a*a*a*a*a*a*b', '**a**a**a**a**a**b', '*'.repeat(40), '*a'.repeat(40), '**/'.repeat(20)].map(
    (pattern) => {
      const fits = anyPattern([pattern])
      const timed = (length: number): number => {
        const text = 'a'.repeat(length)
        return cpuMs(() => fits(text))
      }
      const best = (length: number): number => Math.min(...[1, 2, 3, 4, 5].map(() => timed(length)))
      best(2_000)
      return best(32_000) / best(2_000)
    },
  )
  // 16 times the text: a quadratic one would take 256 times as long.
  expect(Math.max(...growths)).toBeLessThan(100)
})
