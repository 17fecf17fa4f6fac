import { describe, expect, test } from 'vitest'
import { imageFacts, place, policy } from '../../../test/support/policy-records.ts'
import { digestOf } from '../image/digest.ts'
import type { Evidence } from './evidence.ts'
import type { ImageFacts, JudgedCheck, JudgedSecret } from './image-facts.ts'
import { judge } from './judge.ts'
import type { BaseRule, CheckRule, ImageRule, Policy, ProvenanceRule, SecretRule } from './policy.ts'
import { readyRules } from './rules.ts'

const now = '2026-06-01T00:00:00.000Z'

function judged(rest: Partial<Policy>, image: Partial<ImageFacts>, evidence: Partial<Evidence> = {}) {
  const rules = readyRules({ policies: [policy('ours', rest)], exceptions: [] })
  const { verdict, until } = judge(
    rules,
    { image: imageFacts(image), tally: [], coverage: [], feeds: [], ...evidence },
    now,
  )
  return { outcome: verdict.outcome, reasons: verdict.reasons.map(({ rule, message }) => `${rule}: ${message}`), until }
}

const pass = { outcome: 'pass', reasons: [], until: null }
const base = {
  digest: digestOf('debian'),
  references: ['hub/base/debian:12'],
  created: '2026-05-01T00:00:00Z',
  layers: 2,
}

describe('rules over checks', () => {
  const check = (id: string, rest: Partial<JudgedCheck> = {}): JudgedCheck => ({
    id,
    level: 'high',
    status: 'fail',
    layer: null,
    ...rest,
  })
  const rule = (rest: Partial<CheckRule> = {}): CheckRule => ({
    name: 'checks',
    action: 'fail',
    layers: 'all',
    undecidable: 'ignore',
    ids: ['CIS-DI-0001', 'CIS-DI-0006', 'CIS-DI-0007', 'CIS-DI-0008', 'CIS-DI-0009', 'FROM-BASE', 'OWN', 'CONFIG', '?'],
    ...rest,
  })

  test('say which fail, three of them by name', () => {
    const ids = ['CIS-DI-0001', 'CIS-DI-0006', 'CIS-DI-0007', 'CIS-DI-0008', 'CIS-DI-0009']
    const checks = ids.map((id) => check(id))
    expect(judged({ checks: [rule()] }, { checks })).toEqual({
      outcome: 'fail',
      reasons: ['checks: 5 checks fail: CIS-DI-0001, CIS-DI-0006, CIS-DI-0007 and 2 more'],
      until: null,
    })
    expect(judged({ checks: [rule({ action: 'warn' })] }, { checks: [check('CIS-DI-0001')] })).toEqual({
      outcome: 'warn',
      reasons: ['checks: 1 check fails: CIS-DI-0001'],
      until: null,
    })
    expect(judged({}, { checks })).toEqual(pass)
  })

  test('catch by id and by level, and the first that fits decides', () => {
    const checks = [
      check('CIS-DI-0001'),
      check('DKL-DI-0005', { level: 'low' }),
      check('DKL-LI-0001', { level: 'critical' }),
    ]
    const rules = [
      rule({ name: 'accepted', ids: ['CIS-DI-0001'], action: 'ignore' }),
      rule({ name: 'bad', ids: ['DKL-LI-*', 'DKL-DI-0005'], level: 'high' }),
      rule({ name: 'rest', ids: ['DKL-DI-0005'], action: 'warn' }),
    ]
    expect(judged({ checks: rules }, { checks })).toEqual({
      outcome: 'fail',
      reasons: ['bad: 1 check fails: DKL-LI-0001', 'rest: 1 check fails: DKL-DI-0005'],
      until: null,
    })
  })

  test('of the own layers leave out what the base brought, and the config is always own', () => {
    const checks = [check('FROM-BASE', { layer: 1 }), check('OWN', { layer: 2 }), check('CONFIG')]
    const own = { checks: [rule({ layers: 'own' })] }
    expect(judged(own, { checks, base }).reasons).toEqual(['checks: 2 checks fail: OWN, CONFIG'])
    expect(judged({ checks: [rule()] }, { checks, base }).reasons).toEqual([
      'checks: 3 checks fail: FROM-BASE, OWN, CONFIG',
    ])
    expect(judged(own, { checks }).reasons).toEqual(['checks: 3 checks fail: FROM-BASE, OWN, CONFIG'])
  })

  test('decide apart about what cannot be decided', () => {
    const checks = [check('OWN'), check('CONFIG', { status: 'undecidable' }), check('?', { status: 'undecidable' })]
    expect(judged({ checks: [rule({ undecidable: 'inconclusive', action: 'warn' })] }, { checks })).toEqual({
      outcome: 'inconclusive',
      reasons: ['checks: 2 checks cannot be decided: CONFIG, ?', 'checks: 1 check fails: OWN'],
      until: null,
    })
    expect(judged({ checks: [rule()] }, { checks }).reasons).toEqual(['checks: 1 check fails: OWN'])
  })
})

describe('rules over secrets', () => {
  const secret = (rule: string, path: string, layer = 2): JudgedSecret => ({ rule, path, layer })
  const rule = (rest: Partial<SecretRule> = {}): SecretRule => ({
    name: 'secrets',
    action: 'fail',
    layers: 'all',
    ...rest,
  })
  const secrets = [
    secret('private-key', 'root/.ssh/id_rsa'),
    secret('aws-key', 'AWS_KEY'),
    secret('private-key', 'etc/key', 0),
  ]

  test('say what lies where', () => {
    expect(judged({ secrets: [rule()] }, { secrets })).toEqual({
      outcome: 'fail',
      reasons: ['secrets: 3 secrets: private-key in root/.ssh/id_rsa, aws-key in AWS_KEY, private-key in etc/key'],
      until: null,
    })
    expect(judged({}, { secrets })).toEqual(pass)
  })

  test('catch by rule and by layer, and the first that fits decides', () => {
    const rules = [rule({ name: 'keys', rules: ['*-key'], layers: 'own' }), rule({ name: 'rest', action: 'warn' })]
    expect(judged({ secrets: rules }, { secrets, base }).reasons).toEqual([
      'keys: 2 secrets: private-key in root/.ssh/id_rsa, aws-key in AWS_KEY',
      'rest: 1 secret: private-key in etc/key',
    ])
    expect(judged({ secrets: [rule({ rules: ['github-*'] })] }, { secrets })).toEqual(pass)
  })
})

describe('rules over the base', () => {
  const rule = (rest: Partial<BaseRule>): Partial<Policy> => ({
    base: [{ name: 'golden', action: 'fail', unknown: 'inconclusive', ...rest }],
  })

  test('hold it against the golden list', () => {
    expect(judged(rule({ allow: ['hub/base/**'] }), { base })).toEqual(pass)
    expect(judged(rule({ allow: [base.digest] }), { base })).toEqual(pass)
    expect(judged(rule({ allow: ['hub/base/alpine:*'] }), { base })).toEqual({
      outcome: 'fail',
      reasons: ['golden: built on hub/base/debian:12, which is not on the list'],
      until: null,
    })
    const unnamed = { ...base, references: [] }
    expect(judged(rule({ allow: ['hub/**'] }), { base: unnamed }).reasons).toEqual([
      `golden: built on ${base.digest}, which is not on the list`,
    ])
  })

  test('take an image on the list for its own base', () => {
    const debian = { places: [place('hub', 'base/debian', '12')], created: '2020-01-01T00:00:00Z' }
    expect(judged(rule({ allow: ['hub/base/debian:12'], maxDays: 30 }), debian)).toEqual(pass)
  })

  test('say where no base is known, and do of it what they are told', () => {
    expect(judged(rule({ allow: ['hub/**'] }), {})).toEqual({
      outcome: 'inconclusive',
      reasons: ['golden: no stored image is its base, so whether it may be used is not known'],
      until: null,
    })
    expect(judged(rule({ maxDays: 30, unknown: 'warn' }), {})).toEqual({
      outcome: 'warn',
      reasons: ['golden: no stored image is its base, so its age is not known'],
      until: null,
    })
    expect(judged(rule({ allow: ['hub/**'], unknown: 'ignore' }), {})).toEqual(pass)
  })

  test('hold its age against a limit, and say when it will be over', () => {
    expect(judged(rule({ maxDays: 32 }), { base })).toEqual({ ...pass, until: '2026-06-02T00:00:00.000Z' })
    expect(judged(rule({ maxDays: 31 }), { base })).toEqual({
      outcome: 'fail',
      reasons: ['golden: its base hub/base/debian:12 was built on 2026-05-01, more than 31 days ago'],
      until: null,
    })
    expect(judged(rule({ maxDays: 31 }), { base: { ...base, created: null } }).reasons).toEqual([
      'golden: its base hub/base/debian:12 does not say when it was built',
    ])
  })
})

describe('rules over the image', () => {
  const rule = (rest: Partial<ImageRule>): Partial<Policy> => ({ image: [{ name: 'image', action: 'warn', ...rest }] })

  test('hold its age against a limit, and say when it will be over', () => {
    expect(judged(rule({ maxDays: 152 }), {})).toEqual({ ...pass, until: '2026-06-02T00:00:00.000Z' })
    expect(judged(rule({ maxDays: 151 }), {})).toEqual({
      outcome: 'warn',
      reasons: ['image: the image was built on 2026-01-01, more than 151 days ago'],
      until: null,
    })
  })

  test('catch one that does not say when it was built, or nothing that can be read', () => {
    for (const created of [null, 'yesterday']) {
      expect(judged(rule({ maxDays: 1 }), { created }).reasons).toEqual([
        'image: the image does not say when it was built',
      ])
    }
  })

  test('never wait for a day without a date', () => {
    for (const created of ['9999-12-31T00:00:00Z', '+275760-09-13T00:00:00.000Z']) {
      expect(judged(rule({ maxDays: 30 }), { created })).toEqual(pass)
      expect(judged(rule({ expression: 'image.ageDays != null && image.ageDays > 30' }), { created }).outcome).toBe(
        'pass',
      )
    }
  })

  test('catch where the expression is true, of those that are old enough', () => {
    const large = { size: 2_000 }
    expect(judged(rule({ expression: 'image.size > 1000.0' }), large)).toEqual({
      outcome: 'warn',
      reasons: ['image: its expression is true for the image'],
      until: null,
    })
    expect(judged(rule({ expression: 'image.size > 1000.0' }), {})).toEqual(pass)
    expect(judged(rule({ expression: 'image.size > 1000.0', maxDays: 200 }), large)).toEqual({
      ...pass,
      until: '2026-07-20T00:00:00.000Z',
    })
  })

  test('are inconclusive where the expression fails, with the reason', () => {
    const { outcome, reasons } = judged(rule({ expression: 'image.nothing' }), {})
    expect(outcome).toBe('inconclusive')
    expect(reasons).toEqual([expect.stringMatching('^image: its expression cannot be evaluated: ')])
  })

  test('may be another every day where they ask for its age', () => {
    const created = '2026-05-30T12:00:00Z'
    expect(judged(rule({ expression: 'image.ageDays != null && image.ageDays > 30' }), { created })).toEqual({
      ...pass,
      until: '2026-06-01T12:00:00.000Z',
    })
  })
})

describe('rules over provenance', () => {
  const rule = (rest: Partial<ProvenanceRule> = {}): Partial<Policy> => ({
    provenance: [{ name: 'signed', action: 'fail', signedBy: ['release', 'security'], ...rest }],
  })
  const signed = (...by: string[]) => ({ signatures: { by, problems: [] } })

  test('ask for one of the keys', () => {
    expect(judged(rule(), signed('other', 'security'))).toEqual(pass)
    expect(judged(rule(), signed('other'))).toEqual({
      outcome: 'fail',
      reasons: ['signed: signed by none of release, security'],
      until: null,
    })
    expect(judged(rule({ action: 'warn' }), signed()).outcome).toBe('warn')
  })

  test('get no milder, only worse, by what was not understood', () => {
    const odd = { signatures: { by: ['other'], problems: ['sha256:1: is odd'] } }
    const message = 'signed: signed by none of release, security, as far as could be told: sha256:1: is odd'
    expect(judged(rule(), odd)).toEqual({ outcome: 'fail', reasons: [message], until: null })
    expect(judged(rule({ action: 'warn' }), odd)).toEqual({ outcome: 'inconclusive', reasons: [message], until: null })
    expect(judged(rule(), { signatures: { by: ['release'], problems: odd.signatures.problems } })).toEqual(pass)
  })

  test('are inconclusive where nobody looked', () => {
    expect(judged(rule(), { signatures: null })).toEqual({
      outcome: 'inconclusive',
      reasons: ['signed: nobody looked for signatures: no keys are configured, or it is not in a registry'],
      until: null,
    })
  })
})

test('a rule that ignores makes nothing inconclusive either', () => {
  const off: Partial<Policy> = {
    image: [{ name: 'image', action: 'ignore', expression: 'image.nothing' }],
    provenance: [{ name: 'signed', action: 'ignore', signedBy: ['release'] }],
  }
  expect(judged(off, { signatures: null })).toEqual(pass)
})

describe('the age of feeds', () => {
  const feeds = [
    { name: 'osv', fetched: '2026-05-30T00:00:00.000Z' },
    { name: 'kev', fetched: '2026-05-31T12:00:00.000Z' },
  ]
  const rule = (maxHours: number): Partial<Policy> => ({ staleness: { maxHours, action: 'inconclusive' } })

  test('is held against a limit, and the next that will be over is said', () => {
    expect(judged(rule(48), {}, { feeds })).toEqual({
      outcome: 'inconclusive',
      reasons: ['stale: feeds older than 48 hours: osv of 2026-05-30T00:00Z'],
      until: '2026-06-02T12:00:00.000Z',
    })
    expect(judged(rule(49), {}, { feeds })).toEqual({ ...pass, until: '2026-06-01T01:00:00.000Z' })
    expect(judged({}, {}, { feeds })).toEqual(pass)
  })
})

test('what could not be checked is inconclusive where no policy says otherwise', () => {
  const coverage = [{ subject: 'layer 2', status: 'skipped', reason: 'LAYER_TOO_LARGE' } as const]
  const outcomeOf = (onIncomplete: Policy['onIncomplete']) => judged({ onIncomplete }, {}, { coverage }).outcome
  expect(
    [null, 'inconclusive', 'warn', 'fail', 'ignore'].map((one) => outcomeOf(one as Policy['onIncomplete'])),
  ).toEqual(['inconclusive', 'inconclusive', 'warn', 'fail', 'pass'])
})
