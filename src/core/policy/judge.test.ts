import { imageFacts } from '../../../test/support/policy-records.ts'
import { describe, expect, test } from 'vitest'
import type { CoverageEntry } from '../inventory/package.ts'
import type { Severity } from '../match/advisory.ts'
import { openFindings } from './counts.ts'
import { defaultPolicy } from './default-policy.ts'
import { judge, worstOutcome } from './judge.ts'
import { emptyPolicy, type Finding, type Policy } from './policy.ts'
import { readyRules } from './rules.ts'
import { tallyOf } from './tally.ts'

let count = 0
function finding(severity: Severity, fixed: string | null = null, more: Partial<Finding> = {}): Finding {
  const vulnerability = `CVE-2026-${(count += 1)}`
  return {
    vulnerability,
    advisory: vulnerability,
    aliases: [],
    advisories: [vulnerability],
    fixed,
    severity,
    score: null,
    vector: null,
    ratings: [],
    published: null,
    summary: null,
    package: 'pkg:npm/left-pad@1.0.0',
    firstSeen: '2026-01-01T00:00:00Z',
    state: 'open',
    suppressed: null,
    ...more,
  }
}

const done: CoverageEntry = { subject: 'layer 0', status: 'done' }
const gap: CoverageEntry = { subject: 'layer 2', status: 'skipped', reason: 'LAYER_TOO_LARGE' }
const subject = { name: 'left-pad', version: '1.0.0', type: 'npm', ecosystem: 'npm', source: null, licenses: [] }
const now = '2026-06-01T00:00:00.000Z'

function judged(findings: Finding[], coverage: CoverageEntry[] = [done], policy: Policy = defaultPolicy) {
  const rules = readyRules({ policies: [policy], exceptions: [] })
  const classes = openFindings(findings).map((one) => {
    const asked = { ...one, fixedSince: one.fixed && now, kev: false, epss: null }
    return rules.classOf(asked, { ...subject, purl: one.package }, Date.parse(now)).class
  })
  return judge(rules, { image: imageFacts(), tally: tallyOf(classes), coverage, feeds: [] }, now).verdict
}

describe('the default policy', () => {
  test('passes an image without findings that was checked in full', () => {
    expect(judged([])).toEqual({ outcome: 'pass', policy: 'default', reasons: [] })
  })

  test('fails on a high or critical vulnerability with a fix', () => {
    expect(judged([finding('high', '1.1.3'), finding('critical', '1.1.3')])).toEqual({
      outcome: 'fail',
      policy: 'default',
      reasons: [
        {
          rule: 'fixable-high',
          outcome: 'fail',
          message: '2 vulnerabilities of high severity or worse, all with a fix',
          findings: 2,
        },
      ],
    })
  })

  test('warns of bad ones without a fix, and of medium ones with one', () => {
    expect(judged([finding('critical'), finding('medium', '2.0.0'), finding('medium', '2.0.0')])).toEqual({
      outcome: 'warn',
      policy: 'default',
      reasons: [
        {
          rule: 'unfixable-high',
          outcome: 'warn',
          message: '1 vulnerability of high severity or worse, without a fix',
          findings: 1,
        },
        {
          rule: 'fixable-medium',
          outcome: 'warn',
          message: '2 vulnerabilities of medium severity or worse, all with a fix',
          findings: 2,
        },
      ],
    })
  })

  test('passes with what is neither bad nor easily mended', () => {
    expect(judged([finding('medium'), finding('low', '2.0.0'), finding('negligible', '2.0.0')]).outcome).toBe('pass')
  })

  test('takes a vulnerability that nobody has rated for a medium one', () => {
    expect(judged([finding('unknown'), finding('unknown', '2.0.0'), finding('medium', '2.0.0')]).reasons).toEqual([
      {
        rule: 'fixable-medium',
        outcome: 'warn',
        message: '2 vulnerabilities of medium severity or worse (1 not rated), all with a fix',
        findings: 2,
      },
    ])
  })

  test('is inconclusive where not everything could be checked, and names the first gaps', () => {
    const gaps = ['npm', 'PyPI', 'Debian:13'].map((ecosystem): CoverageEntry => ({
      subject: `feed ${ecosystem}`,
      status: 'no-data',
      reason: 'NO_ADVISORIES',
    }))
    expect(judged([finding('critical')], [done, gap, ...gaps, { subject: 'os', status: 'partial' }])).toEqual({
      outcome: 'inconclusive',
      policy: 'default',
      reasons: [
        {
          rule: 'incomplete',
          outcome: 'inconclusive',
          message:
            'not everything could be checked: layer 2 (LAYER_TOO_LARGE), feed npm (NO_ADVISORIES), feed PyPI (NO_ADVISORIES) and 2 more',
          findings: 5,
        },
        {
          rule: 'unfixable-high',
          outcome: 'warn',
          message: '1 vulnerability of high severity or worse, without a fix',
          findings: 1,
        },
      ],
    })
  })

  test('fails rather than being inconclusive', () => {
    const { outcome, reasons } = judged([finding('high', '1.1.3')], [gap])
    expect({ outcome, rules: reasons.map(({ rule }) => rule) }).toEqual({
      outcome: 'fail',
      rules: ['fixable-high', 'incomplete'],
    })
  })

  test('leaves suppressed findings out, and counts a package in several places once', () => {
    const suppressed = { by: 'exception', reason: 'until the move', until: '2026-06-01T00:00:00Z' } as const
    const twice = finding('high')
    const { reasons } = judged([finding('critical', '2.0.0', { state: 'suppressed', suppressed }), twice, { ...twice }])
    expect(reasons.map(({ rule, findings }) => ({ rule, findings }))).toEqual([{ rule: 'unfixable-high', findings: 1 }])
  })
})

test('rules are tried in order: an earlier one that ignores keeps a later one from failing', () => {
  const policy: Policy = {
    ...emptyPolicy,
    name: 'patient',
    vulnerabilities: [
      { name: 'not-critical', severity: 'critical', action: 'ignore' },
      { name: 'rest', severity: 'negligible', action: 'fail' },
    ],
    onIncomplete: 'ignore',
  }
  expect(judged([finding('critical', '2.0.0')], [gap], policy)).toEqual({
    outcome: 'pass',
    policy: 'patient',
    reasons: [],
  })
  expect(judged([finding('low', '2.0.0'), finding('negligible')], [], policy).reasons).toEqual([
    {
      rule: 'rest',
      outcome: 'fail',
      message: '2 vulnerabilities of negligible severity or worse, 1 with a fix',
      findings: 2,
    },
  ])
})

test('gaps can be made a warning', () => {
  const { outcome, reasons } = judged([], [gap], { ...defaultPolicy, onIncomplete: 'warn' })
  expect({ outcome, rules: reasons.map(({ rule }) => rule) }).toEqual({ outcome: 'warn', rules: ['incomplete'] })
})

test('an index is as bad as its worst platform', () => {
  expect(worstOutcome(['pass', 'warn'])).toBe('warn')
  expect(worstOutcome(['warn', 'inconclusive', 'pass'])).toBe('inconclusive')
  expect(worstOutcome(['inconclusive', 'fail'])).toBe('fail')
  expect(worstOutcome([])).toBe('inconclusive')
})
