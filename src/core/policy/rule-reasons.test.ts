import { describe, expect, test } from 'vitest'
import { askedFinding, askedPackage, imageFacts, place, policy } from '../../../test/support/policy-records.ts'
import type { AskedFinding, AskedPackage } from './asked.ts'
import type { ImageFacts } from './image-facts.ts'
import { judge } from './judge.ts'
import type { Policy, VulnerabilityRule } from './policy.ts'
import { readyRules } from './rules.ts'
import { tallyOf } from './tally.ts'

const now = '2026-06-01T00:00:00.000Z'
const pad = askedPackage('left-pad')

/** Judged from what is counted of them, as images are. */
function judged(
  policies: readonly Policy[],
  { findings = [], packages = [] }: { findings?: readonly AskedFinding[]; packages?: readonly AskedPackage[] },
  image: Partial<ImageFacts> = {},
) {
  const rules = readyRules({ policies, exceptions: [] })
  const nowMs = Date.parse(now)
  const tally = tallyOf([
    ...findings.map((finding) => rules.classOf(finding, pad, nowMs).class),
    ...packages.flatMap((subject) => rules.packageClassOf(subject) ?? []),
  ])
  const evidence = { image: imageFacts(image), tally, coverage: [], feeds: [] }
  const { verdict } = judge(rules, evidence, now)
  const reasons = verdict.reasons.map(
    ({ outcome, rule, message, findings: count }) => `${outcome} ${rule} (${count}): ${message}`,
  )
  return { outcome: verdict.outcome, policy: verdict.policy, reasons }
}

const ours = (...vulnerabilities: VulnerabilityRule[]): readonly Policy[] => [policy('ours', { vulnerabilities })]

describe('a grace period', () => {
  const rule: VulnerabilityRule = {
    name: 'fixable',
    severity: 'high',
    fixable: true,
    action: 'fail',
    grace: { days: 14, during: 'warn' },
  }
  const fixed = (fixedSince: string) => askedFinding('CVE-2026-1', { fixedSince })

  test('is counted from the day the fix existed', () => {
    expect(judged(ours(rule), { findings: [fixed('2026-05-18T00:00:00.001Z')] })).toEqual({
      outcome: 'warn',
      policy: 'ours',
      reasons: [
        'warn fixable (1): 1 vulnerability of high severity or worse, with a fix, within the grace period of 14 days',
      ],
    })
    expect(judged(ours(rule), { findings: [fixed('2026-05-18T00:00:00.000Z')] })).toEqual({
      outcome: 'fail',
      policy: 'ours',
      reasons: ['fail fixable (1): 1 vulnerability of high severity or worse, with a fix'],
    })
  })

  test('of some findings tells them from the others', () => {
    const findings = [fixed('2026-01-01T00:00:00Z'), fixed('2026-05-30T00:00:00Z'), fixed('2026-05-31T00:00:00Z')]
    expect(judged(ours(rule), { findings }).reasons).toEqual([
      'fail fixable (1): 1 vulnerability of high severity or worse, with a fix',
      'warn fixable (2): 2 vulnerabilities of high severity or worse, all with a fix, within the grace period of 14 days',
    ])
  })

  test('can be silent', () => {
    const silent: VulnerabilityRule = { ...rule, grace: { days: 1, during: 'ignore' } }
    expect(judged(ours(silent), { findings: [fixed('2026-05-31T12:00:00Z')] }).outcome).toBe('pass')
    expect(judged(ours(silent), { findings: [fixed('2026-05-31T00:00:00Z')] }).outcome).toBe('fail')
  })

  test('has not begun where there is no fix, which keeps later rules from acting', () => {
    const rules = ours(
      { name: 'high', severity: 'high', action: 'fail', grace: { days: 14, during: 'ignore' } },
      { name: 'all', action: 'fail' },
    )
    expect(judged(rules, { findings: [askedFinding('CVE-2026-1', { fixed: null, fixedSince: null })] }).outcome).toBe(
      'pass',
    )
  })

  test('does not shorten the days since the fix that the rule asks for', () => {
    const rules = ours({ name: 'old', fixDays: 30, action: 'fail', grace: { days: 10, during: 'warn' } })
    const outcomes = ['2026-05-25T00:00:00Z', '2026-05-03T00:00:00Z', '2026-05-02T00:00:00Z'].map(
      (since) => judged(rules, { findings: [fixed(since)] }).outcome,
    )
    expect(outcomes).toEqual(['pass', 'pass', 'fail'])
  })
})

test('reasons say what a rule asked for', () => {
  const rule: VulnerabilityRule = {
    name: 'much',
    action: 'warn',
    kev: true,
    score: 7,
    epss: 0.1,
    vulnerabilities: ['CVE-*'],
    packages: ['left-pad'],
    ecosystems: ['npm'],
    sources: ['DEBIAN-CVE'],
    fixDays: 1,
    expression: 'finding.kev',
  }
  const finding = askedFinding('CVE-2026-1', { kev: true, epss: 0.5 })
  expect(judged(ours(rule), { findings: [finding] }).reasons).toEqual([
    'warn much (1): 1 vulnerability known to be exploited, with a score of 7 or more, with a probability of exploitation of 0.1 or more, that it names, in packages that it names, in npm, by DEBIAN-CVE, whose fix is 1 day old or older, for which its expression is true, with a fix',
  ])
})

test('a rule that cannot be told to fit leaves the finding undecided, whatever comes after it', () => {
  const rules = ours(
    { name: 'critical', severity: 'critical', action: 'fail' },
    { name: 'odd', expression: '1 + 1', action: 'ignore' },
    { name: 'rest', action: 'warn' },
  )
  const findings = [
    askedFinding('CVE-2026-1', { severity: 'critical' }),
    askedFinding('CVE-2026-2'),
    askedFinding('CVE-2026-3'),
  ]
  expect(judged(rules, { findings })).toEqual({
    outcome: 'fail',
    policy: 'ours',
    reasons: [
      'fail critical (1): 1 vulnerability of critical severity, with a fix',
      'inconclusive odd (2): the expression of the rule cannot be evaluated for 2 vulnerabilities: the expression has to be bool, and is int',
    ],
  })
})

describe('rules over packages', () => {
  const packages = [
    askedPackage('event-stream'),
    askedPackage('left-pad', { licenses: ['GPL-3.0-only'] }),
    askedPackage('is-odd', { licenses: [] }),
    askedPackage('react', { version: '16.0.0' }),
    askedPackage('vue', { version: 'next' }),
  ]

  test('each say what they caught, and the first that catches a package decides', () => {
    const rules = [
      policy('ours', {
        packages: [
          { name: 'denied', deny: ['event-stream'], action: 'fail' },
          { name: 'licences', licenses: { deny: ['GPL-*'], unknown: 'warn' }, action: 'fail' },
          { name: 'least', minimum: { react: '17.0.0', vue: '2.0.0', 'event-stream': '9.0.0' }, action: 'warn' },
          { name: 'allowed', allow: ['react', 'vue'], action: 'warn' },
          { name: 'odd', expression: '1 + 1', action: 'ignore' },
        ],
      }),
    ]
    expect(judged(rules, { packages })).toEqual({
      outcome: 'fail',
      policy: 'ours',
      reasons: [
        'fail denied (1): 1 package that it denies',
        'fail licences (1): 1 package under licences that it does not allow',
        'inconclusive least (1): the rule cannot be decided for 1 package: versions cannot be compared',
        'warn licences (1): 1 package without a stated licence',
        'warn least (1): 1 package older than the least version',
      ],
    })
  })

  test('that ignore keep later ones from acting, and unstated licences go on to them where they are ignored', () => {
    const rules = [
      policy('ours', {
        packages: [
          { name: 'accepted', deny: ['left-pad'], action: 'ignore' },
          { name: 'licences', licenses: { allow: ['MIT'], unknown: 'ignore' }, action: 'fail' },
          { name: 'rest', deny: ['*'], action: 'warn' },
        ],
      }),
    ]
    expect(judged(rules, { packages }).reasons).toEqual(['warn rest (4): 4 packages that it denies'])
  })

  test('say so where an expression is true or something is not allowed', () => {
    const rules = [
      policy('ours', {
        packages: [
          { name: 'allowed', allow: ['*-*'], action: 'warn' },
          { name: 'all', expression: 'true', action: 'fail' },
        ],
      }),
    ]
    expect(judged(rules, { packages }).reasons).toEqual([
      'fail all (3): 3 packages for which its expression is true',
      'warn allowed (2): 2 packages that it does not allow',
    ])
  })
})

describe('several policies', () => {
  const finding = { findings: [askedFinding('CVE-2026-1')] }
  const all: VulnerabilityRule = { name: 'all', action: 'warn' }
  const team = policy('team', {
    priority: 10,
    scopes: [{ repositories: ['team/**'] }],
    vulnerabilities: [{ name: 'accepted', vulnerabilities: ['CVE-2026-1'], action: 'ignore' }],
    onIncomplete: 'ignore',
  })
  const house = policy('house', { vulnerabilities: [all], onIncomplete: 'fail' })
  const second = policy('also', { vulnerabilities: [all] })

  test('are tried by priority, then by name, and reasons name them', () => {
    expect(judged([house, second], finding)).toEqual({
      outcome: 'warn',
      policy: 'also, house',
      reasons: ['warn also/all (1): 1 vulnerability, with a fix'],
    })
    expect(judged([house, team], finding, { places: [place('hub', 'team/app')] })).toEqual({
      outcome: 'pass',
      policy: 'team, house',
      reasons: [],
    })
  })

  test('hold where their scopes say; where none does, the built-in one', () => {
    expect(judged([house, team], finding, { places: [place('hub', 'other/app')] })).toEqual({
      outcome: 'warn',
      policy: 'house',
      reasons: ['warn all (1): 1 vulnerability, with a fix'],
    })
    expect(judged([team], finding, { places: [place('hub', 'other/app')] })).toEqual({
      outcome: 'fail',
      policy: 'default',
      reasons: ['fail fixable-high (1): 1 vulnerability of high severity or worse, with a fix'],
    })
  })

  test('leave gaps and old feeds to the first that says something of them', () => {
    const rules = readyRules({
      policies: [
        policy('first', { priority: 1 }),
        house,
        policy('old', { staleness: { maxHours: 1, action: 'warn' } }),
      ],
      exceptions: [],
    })
    const coverage = [{ subject: 'layer 2', status: 'skipped', reason: 'LAYER_TOO_LARGE' } as const]
    const feeds = [{ name: 'osv', fetched: '2026-05-01T00:00:00.000Z' }]
    expect(judge(rules, { image: imageFacts(), tally: [], coverage, feeds }, now).verdict).toEqual({
      outcome: 'fail',
      policy: 'first, house, old',
      reasons: [
        {
          rule: 'house/incomplete',
          outcome: 'fail',
          message: 'not everything could be checked: layer 2 (LAYER_TOO_LARGE)',
          findings: 1,
        },
        {
          rule: 'old/stale',
          outcome: 'warn',
          message: 'feeds older than 1 hours: osv of 2026-05-01T00:00Z',
          findings: 1,
        },
      ],
    })
  })
})
