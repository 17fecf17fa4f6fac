import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VersionScheme } from '../../src/core/match/version-scheme.ts'

/** One test a pair: lines of `a < b`, several a line when two or more spaces part them. */
export function holdsPairs(scheme: VersionScheme, table: string): void {
  const pairs = table.split(/\n|\s{2,}/).filter((pair) => pair.trim() !== '')
  test.each(pairs)(`${scheme.name} orders %s`, (pair) => {
    const [a = '', sign = '', b = ''] = pair.trim().split(' ')
    expect([signOf(scheme.compare(a, b)), signOf(scheme.compare(b, a))]).toEqual([sign, mirrored[sign]])
  })
}

/** The promises of the port, on versions made of `pieces` and on any text at all. */
export function isTotalOrder(scheme: VersionScheme, pieces: readonly string[]): void {
  const compare = (a: string, b: string) => scheme.compare(a, b)
  const made = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }).map((parts) => parts.join(''))
  const version = fc.oneof({ weight: 6, arbitrary: made }, fc.string(), fc.string({ unit: 'binary' }))

  test(`${scheme.name} is a total order on what it parses, and throws at nothing`, () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const parsed = [a, b, c].filter((one) => compare(one, one) !== undefined)
        for (const one of [a, b, c]) expect(compare(one, one) ?? 0).toBe(0)
        expect(signOf(compare(a, b))).toBe(mirrored[signOf(compare(b, a))])
        if (parsed.length < 3) return
        const [low = '', middle = '', high = ''] = parsed.sort((one, two) => compare(one, two)!)
        expect(compare(low, middle)).toBeLessThanOrEqual(0)
        expect(compare(middle, high)).toBeLessThanOrEqual(0)
        expect(compare(low, high)).toBeLessThanOrEqual(0)
        const ends = [compare(low, middle), compare(middle, high)]
        expect(compare(low, high) === 0).toBe(ends.every((order) => order === 0))
      }),
      { numRuns: 2000 },
    )
  })
}

const mirrored: Record<string, string> = { '<': '>', '=': '=', '>': '<', '?': '?' }

function signOf(order: number | undefined): string {
  if (order === undefined) return '?'
  return order === 0 ? '=' : order < 0 ? '<' : '>'
}
