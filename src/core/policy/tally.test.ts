import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { classOfText, classText, countsOf, tallyOf, type TallyClass } from './tally.ts'

const keys = fc.uniqueArray(fc.constantFrom('f1', 'f2', 'e1', 'p1-unlicensed')).map((all) => all.sort())
const anyClass: fc.Arbitrary<TallyClass> = fc.oneof(
  fc.record({
    kind: fc.constant('finding' as const),
    severity: fc.constantFrom('critical', 'high', 'medium', 'low', 'negligible', 'unknown'),
    fixable: fc.boolean(),
    holds: keys,
    failed: keys,
  }),
  fc.record({ kind: fc.constant('package' as const), holds: keys, failed: keys }),
)

test('a text stands for one class, and a class for one text', () => {
  fc.assert(
    fc.property(anyClass, anyClass, (some, other) => {
      expect(classOfText(classText(some))).toEqual(some)
      expect(classText(some) === classText(other)).toBe(JSON.stringify(some) === JSON.stringify(other))
    }),
  )
})

test('a tally counts each class once, in the order in which they come', () => {
  const high: TallyClass = { kind: 'finding', severity: 'high', fixable: true, holds: ['f1'], failed: [] }
  const denied: TallyClass = { kind: 'package', holds: ['p1'], failed: [] }
  expect(tallyOf([high, denied, { ...high }])).toEqual([
    { class: high, count: 2 },
    { class: denied, count: 1 },
  ])
  expect(tallyOf([])).toEqual([])
})

test('counts are of severities, negligible ones as low', () => {
  const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const
  const tally = severities.map((severity, at) => ({ class: { severity, fixable: at < 2 }, count: at + 1 }))
  expect(countsOf(tally)).toEqual({ critical: 1, high: 2, medium: 3, low: 9, unknown: 6, fixable: 3 })
})
