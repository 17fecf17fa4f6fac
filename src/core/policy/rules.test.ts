import { describe, expect, test } from 'vitest'
import { askedFinding, askedPackage, exception, policy } from '../../../test/support/policy-records.ts'
import type { Exception } from './exception.ts'
import type { FindingConditions, Policy, Scope } from './policy.ts'
import { earlier, readyRules } from './rules.ts'

const june = Date.parse('2026-06-01T00:00:00.000Z')
const of = (rest: Partial<Policy>, exceptions: readonly Exception[] = []) =>
  readyRules({ policies: [policy('ours', rest)], exceptions })

describe('questions', () => {
  test('that ask the same are one, whatever the rules are called and do', () => {
    const rules = readyRules({
      policies: [
        policy('a', { vulnerabilities: [{ name: 'x', severity: 'high', kev: true, action: 'fail' }] }),
        policy('b', {
          vulnerabilities: [
            { name: 'y', kev: true, severity: 'high', action: 'warn', grace: { days: 7, during: 'ignore' } },
          ],
        }),
      ],
      exceptions: [],
    })
    const [a, b] = rules.policies.map(({ vulnerabilities }) => vulnerabilities[0]!)
    expect(a!.key).toBe(b!.key)
    expect([a!.overKey, b!.overKey === b!.key]).toEqual([null, false])
  })

  test('are others only where rules ask others', () => {
    const rule = { name: 'x', severity: 'high', action: 'fail' } as const
    const { questions } = of({ vulnerabilities: [rule] })
    const one = exception('one', { vulnerabilities: ['CVE-2026-1', 'CVE-2026-2'] })
    expect(of({ vulnerabilities: [{ ...rule, name: 'y', action: 'warn' }], onIncomplete: 'fail' }).questions).toBe(
      questions,
    )
    expect(of({ vulnerabilities: [{ ...rule, score: 7 }] }).questions).not.toBe(questions)
    expect(of({ vulnerabilities: [{ ...rule, grace: { days: 1, during: 'warn' } }] }).questions).not.toBe(questions)
    expect(of({ vulnerabilities: [rule], packages: [{ name: 'p', deny: ['a'], action: 'fail' }] }).questions).not.toBe(
      questions,
    )
    expect(of({ vulnerabilities: [rule] }, [exception('check', { checks: ['CIS-DI-0001'] })]).questions).toBe(questions)
    expect(of({ vulnerabilities: [rule] }, [one]).questions).toBe(questions)
  })

  test('of exceptions are one where they name the same, in whatever order', () => {
    const one = exception('one', { vulnerabilities: ['CVE-2026-1', 'CVE-2026-2'], packages: ['a', 'b'] })
    const same = {
      ...one,
      id: 'two',
      vulnerabilities: one.vulnerabilities.toReversed(),
      packages: ['b', 'a'],
      until: null,
    }
    const keys = of({}, [one, same, { ...one, id: 'three', packages: ['a'] }]).exceptions.map(({ key }) => key)
    expect(keys[0]).toBe(keys[2])
    expect(keys[1]).not.toBe(keys[0])
    expect(of({}, [exception('check', { checks: ['CIS-DI-0001'] })]).exceptions[0]!.key).toBeNull()
  })
})

test('the built-in policy is asked for only where an image may be under no other', () => {
  const rule = { name: 'x', score: 9, action: 'fail' } as const
  const scoped = (scopes: readonly Scope[]) => of({ scopes, vulnerabilities: [rule] })
  const { class: some } = scoped([]).classOf(askedFinding('CVE-2026-1'), askedPackage('left-pad'), june)
  expect(some.holds).toEqual([])
  const { class: other } = scoped([{ tags: ['prod'] }]).classOf(
    askedFinding('CVE-2026-1'),
    askedPackage('left-pad'),
    june,
  )
  expect(other.holds).not.toEqual([])
  expect([scoped([]).asksExploitation, scoped([{ tags: ['prod'] }]).asksExploitation]).toEqual([false, true])
})

describe('the fingerprint', () => {
  const rule = { name: 'x', severity: 'high', kev: true, action: 'fail' } as const
  const one = exception('one', { vulnerabilities: ['CVE-2026-1'] })
  const policiesOf = (fingerprint: string) => fingerprint.split('/')[0]

  test('is the same for the same documents in whatever order', () => {
    const a = policy('a', { vulnerabilities: [rule] })
    const reordered = { kev: true, action: 'fail', name: 'x', severity: 'high' } as const
    const b = Object.fromEntries(Object.entries({ ...a, vulnerabilities: [reordered] }).reverse()) as unknown as Policy
    const other = exception('other', { checks: ['CIS-DI-0001'] })
    expect(readyRules({ policies: [b, policy('z')], exceptions: [other, one] }).fingerprint).toBe(
      readyRules({ policies: [policy('z'), a], exceptions: [one, other] }).fingerprint,
    )
  })

  test('is another for another rule, and says whether policies or exceptions are others', () => {
    const { fingerprint } = of({ vulnerabilities: [rule] }, [one])
    expect(policiesOf(of({ vulnerabilities: [{ ...rule, action: 'warn' }] }, [one]).fingerprint)).not.toBe(
      policiesOf(fingerprint),
    )
    const later = of({ vulnerabilities: [rule] }, [{ ...one, until: '2028-01-01T00:00:00.000Z' }]).fingerprint
    expect(later).not.toBe(fingerprint)
    expect(policiesOf(later)).toBe(policiesOf(fingerprint))
    const waiting = of({ vulnerabilities: [rule] }, [one, exception('waiting', { approvedBy: null })]).fingerprint
    expect(waiting).toBe(fingerprint)
  })
})

test('a class is what all rules answer, and the earliest time when time changes one of them', () => {
  const rules = of(
    {
      vulnerabilities: [
        { name: 'fails', expression: '1 + 1', action: 'warn' },
        { name: 'month', fixDays: 30, action: 'fail' },
        { name: 'week', kev: false, action: 'fail', grace: { days: 7, during: 'warn' } },
        { name: 'never', kev: true, fixDays: 1, action: 'fail' },
      ],
    },
    [exception('one', { vulnerabilities: ['CVE-2026-1'] }), exception('other', { vulnerabilities: ['CVE-2026-2'] })],
  )
  const [fails, , week] = rules.policies[0]!.vulnerabilities
  const one = rules.exceptions.find((ready) => ready.exception.id === 'one')!
  const { class: some, until } = rules.classOf(
    askedFinding('CVE-2026-1', { severity: 'low', fixedSince: '2026-05-30T00:00:00.000Z' }),
    askedPackage('left-pad'),
    june,
  )
  expect(some).toEqual({
    kind: 'finding',
    severity: 'low',
    fixable: true,
    holds: expect.arrayContaining([week!.key, one.key]),
    failed: [`${fails!.key} the expression has to be bool, and is int`],
  })
  expect(until).toBe('2026-06-06T00:00:00.000Z')
  expect(some.holds).toHaveLength(2)
  expect(some.holds).toEqual(some.holds.toSorted((a, b) => (a < b ? -1 : 1)))
})

test('a package that no rule catches has no class', () => {
  const rules = of({ packages: [{ name: 'denied', deny: ['event-stream'], action: 'fail' }] })
  const { key } = rules.policies[0]!.packages[0]!
  expect(rules.packageClassOf(askedPackage('left-pad'))).toBeUndefined()
  expect(rules.packageClassOf(askedPackage('event-stream'))).toEqual({ kind: 'package', holds: [key], failed: [] })
})

describe('what rules ask beside findings', () => {
  const rule = { name: 'x', action: 'fail' } as const
  const scoped = (scope: Scope) => of({ scopes: [scope] })

  test('is said, so that nothing else is looked up', () => {
    const nothing = { asksExploitation: false, asksEpss: false, asksPackages: false, asksPlaces: false }
    expect(of({})).toMatchObject(nothing)
    expect(of({ vulnerabilities: [{ ...rule, score: 9 }] })).toMatchObject(nothing)
    const exploitation = (asked: FindingConditions) => {
      const { asksExploitation, asksEpss } = of({ vulnerabilities: [{ ...rule, ...asked }] })
      return [asksExploitation, asksEpss]
    }
    expect([{ kev: false }, { epss: 0 }, { expression: 'finding.kev' }].map(exploitation)).toEqual([
      [true, false],
      [true, true],
      [true, true],
    ])
    expect(of({ packages: [{ ...rule, deny: [] }] }).asksPackages).toBe(true)
  })

  test('of places: where scopes name them, and where an image can be on a list by its name', () => {
    const asking: Scope[] = [
      { registries: ['a'] },
      { repositories: ['a'] },
      { tags: ['a'] },
      { bases: ['hub/base/debian:12'] },
    ]
    const asked = (scope: Scope) => [scoped(scope), of({}, [exception('one', { scopes: [scope] })])]
    expect(asking.map((scope) => asked(scope).map(({ asksPlaces }) => asksPlaces))).toEqual(
      asking.map(() => [true, true]),
    )
    expect(scoped({ labels: { a: 'b' }, platforms: ['linux/*'] }).asksPlaces).toBe(false)
    expect(of({ base: [{ ...rule, allow: ['hub/**'], unknown: 'warn' }] }).asksPlaces).toBe(true)
  })

  test('of the base: always where rules name it, else where an image has something that may be its base’s', () => {
    const check = { id: 'A', level: 'high', status: 'fail', layer: 0 } as const
    const nothing = { checks: [], secrets: [] }
    const withCheck = { ...nothing, checks: [check] }
    const withSecret = { ...nothing, secrets: [{ rule: 'private-key', path: 'etc/key', layer: 0 }] }
    const asked = (rest: Partial<Policy>) => [nothing, withCheck, withSecret].map((image) => of(rest).asksBase(image))
    expect(asked({})).toEqual([false, false, false])
    expect(asked({ checks: [{ ...rule, ids: ['A'], layers: 'own', undecidable: 'ignore' }] })).toEqual([
      false,
      true,
      false,
    ])
    expect(asked({ checks: [{ ...rule, ids: ['B'], layers: 'own', undecidable: 'ignore' }] })).toEqual([
      false,
      false,
      false,
    ])
    expect(asked({ checks: [{ ...rule, ids: ['A'], layers: 'all', undecidable: 'ignore' }] })).toEqual([
      false,
      false,
      false,
    ])
    // Whether the base is trusted is a check, too.
    expect(asked({ checks: [{ ...rule, layers: 'all', undecidable: 'ignore' }] })).toEqual([true, true, true])
    expect(asked({ secrets: [{ ...rule, layers: 'own' }] })).toEqual([false, false, true])
    expect(asked({ secrets: [{ ...rule, rules: ['token'], layers: 'own' }] })).toEqual([false, false, false])
    const own = of({ checks: [{ ...rule, ids: ['A'], layers: 'own', undecidable: 'ignore' }] })
    expect(own.asksBase({ ...nothing, checks: [{ ...check, layer: null }] })).toBe(false)
    expect(asked({ base: [{ ...rule, maxDays: 1, unknown: 'warn' }] })).toEqual([true, true, true])
    expect(asked({ scopes: [{ bases: ['a'] }] })).toEqual([true, true, true])
    expect(asked({ image: [{ ...rule, expression: 'true' }] })).toEqual([true, true, true])
    expect(asked({ image: [{ ...rule, maxDays: 1 }] })).toEqual([false, false, false])
  })
})

test('of two times the earlier, and never is later than any', () => {
  const [may, later] = ['2026-05-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z']
  expect([
    earlier(may, later),
    earlier(later, may),
    earlier(null, may),
    earlier(may, null),
    earlier(null, null),
  ]).toEqual([may, may, may, may, null])
})
