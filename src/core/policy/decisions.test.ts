import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedFinding, askedPackage, imageFacts, policy } from '../../../test/support/policy-records.ts'
import { checkLevels } from '../benchmark/check.ts'
import { digestOf } from '../image/digest.ts'
import { decisionsFor, decisiveFirst, type Decision } from './decisions.ts'
import { judge } from './judge.ts'
import type { CheckRule, Policy, SecretRule, VulnerabilityRule } from './policy.ts'
import { readyRules } from './rules.ts'
import { tallyOf } from './tally.ts'

const now = '2026-06-01T00:00:00.000Z'

const action = fc.constantFrom('fail' as const, 'warn' as const, 'ignore' as const)
const unknownAction = fc.constantFrom('fail' as const, 'warn' as const, 'ignore' as const, 'inconclusive' as const)
const severity = fc.constantFrom('critical' as const, 'high' as const, 'medium' as const, 'low' as const)
const layers = fc.constantFrom('own' as const, 'all' as const)
const optional = { requiredKeys: [] }

const vulnerabilityRule: fc.Arbitrary<Omit<VulnerabilityRule, 'name'>> = fc
  .tuple(
    action,
    fc.record(
      {
        severity,
        kev: fc.boolean(),
        fixable: fc.boolean(),
        score: fc.constantFrom(5, 7, 9),
        packages: fc.constant(['left-pad']),
        // Of a finding without a score it fails.
        expression: fc.constant('finding.score > 6.0'),
        grace: fc.record({
          days: fc.constantFrom(10, 100),
          during: fc.constantFrom('warn' as const, 'ignore' as const),
        }),
      },
      optional,
    ),
  )
  .map(([does, conditions]) => ({ ...conditions, action: does }))
// None is about the checks that judging makes anew: which these are depends on more than the image.
const checkIds = ['CIS-DI-0001', 'CIS-DI-0008', 'TM-0001', 'TM-0002']
const checkRule: fc.Arbitrary<Omit<CheckRule, 'name'>> = fc
  .tuple(
    fc.record({ action, layers, undecidable: unknownAction, ids: fc.subarray(checkIds, { minLength: 1 }) }),
    fc.record({ level: fc.constantFrom(...checkLevels) }, optional),
  )
  .map(([rule, more]) => ({ ...rule, ...more }))
const secretRule: fc.Arbitrary<Omit<SecretRule, 'name'>> = fc
  .tuple(fc.record({ action, layers }), fc.record({ rules: fc.constantFrom(['aws-*'], ['private-key']) }, optional))
  .map(([rule, more]) => ({ ...rule, ...more }))

const policies: fc.Arbitrary<readonly Policy[]> = fc
  .array(
    fc.record({
      vulnerabilities: fc.array(vulnerabilityRule, { maxLength: 4 }),
      checks: fc.array(checkRule, { maxLength: 4 }),
      secrets: fc.array(secretRule, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) =>
    all.map(({ vulnerabilities, checks, secrets }, index) =>
      policy(`p${index}`, {
        vulnerabilities: vulnerabilities.map((rule, position) => ({ ...rule, name: `v${position}` })),
        checks: checks.map((rule, position) => ({ ...rule, name: `c${position}` })),
        secrets: secrets.map((rule, position) => ({ ...rule, name: `s${position}` })),
      }),
    ),
  )

const finding = fc
  .record({
    severity: fc.oneof(severity, fc.constantFrom('negligible' as const, 'unknown' as const)),
    score: fc.constantFrom(null, 3.1, 7.5, 9.8),
    kev: fc.boolean(),
    fixedSince: fc.constantFrom(null, '2026-01-01T00:00:00.000Z', '2026-05-25T00:00:00.000Z'),
  })
  .map((given) => askedFinding('CVE-2026-1', { ...given, fixed: given.fixedSince === null ? null : '2.0' }))
const found = fc.record({
  finding,
  subject: fc.constantFrom('left-pad', 'right-pad').map((name) => askedPackage(name)),
})

const base = { digest: digestOf('base'), references: [], created: null, layers: 2 }
const image = fc
  .record({
    checks: fc.array(
      fc.record({
        id: fc.constantFrom(...checkIds),
        level: fc.constantFrom(...checkLevels),
        status: fc.constantFrom('fail' as const, 'undecidable' as const),
        layer: fc.constantFrom(null, 0, 1, 2),
      }),
      { maxLength: 6 },
    ),
    secrets: fc.array(
      fc.record({
        rule: fc.constantFrom('aws-access-key', 'private-key'),
        path: fc.constant('srv/key'),
        layer: fc.constantFrom(0, 1, 2),
      }),
      { maxLength: 4 },
    ),
    base: fc.constantFrom(null, base),
  })
  .map((given) => imageFacts(given))

type Sums = Readonly<Record<string, number>>

function sumsOf(all: readonly { readonly by: string; readonly count: number }[]): Sums {
  const sums: Record<string, number> = {}
  for (const { by, count } of all) sums[by] = (sums[by] ?? 0) + count
  return sums
}

test('what decides about each finding, check and secret adds up to the reasons of the verdict', () => {
  fc.assert(
    fc.property(policies, image, fc.array(found, { maxLength: 12 }), (documents, facts, findings) => {
      const rules = readyRules({ policies: documents, exceptions: [] })
      const classes = findings.map((one) => rules.classOf(one.finding, one.subject, Date.parse(now)).class)
      const { verdict } = judge(rules, { image: facts, tally: tallyOf(classes), coverage: [], feeds: [] }, now)

      const decisions = decisionsFor(rules, facts, now)
      const decided: readonly (Decision | null)[] = [
        ...findings.map((one) => decisions.finding(one.finding, one.subject)),
        ...facts.checks.map((check) => decisions.check(check)),
        ...facts.secrets.map((secret) => decisions.secret(secret)),
      ]
      const acting = decided.filter((decision) => decision !== null).filter((decision) => decision.action !== 'ignore')
      expect(sumsOf(acting.map((decision) => ({ by: `${decision.rule} ${decision.action}`, count: 1 })))).toEqual(
        sumsOf(verdict.reasons.map(({ rule, outcome, findings }) => ({ by: `${rule} ${outcome}`, count: findings }))),
      )
    }),
    { numRuns: 500 },
  )
})

test('is by the built-in policy where no policy holds, and by none where no rule fits', () => {
  const elsewhere = policy('elsewhere', {
    scopes: [{ registries: ['other'] }],
    vulnerabilities: [{ name: 'all', action: 'ignore' }],
  })
  const { finding } = decisionsFor(readyRules({ policies: [elsewhere], exceptions: [] }), imageFacts(), now)
  const subject = askedPackage('left-pad')
  expect(finding(askedFinding('CVE-2026-1'), subject)).toEqual({ rule: 'fixable-high', action: 'fail' })
  expect(finding(askedFinding('CVE-2026-1', { severity: 'low' }), subject)).toBeNull()
})

test('what makes a verdict worse comes first, and what is ignored last', () => {
  const decided = ['ignore', null, 'warn', 'inconclusive', 'fail'] as const
  const all = decided.map((does) => ({ decision: does && { rule: 'some', action: does } }))
  expect(all.toSorted(decisiveFirst)).toEqual(all.toReversed())
})
