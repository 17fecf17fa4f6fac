import { describe, expect, test } from 'vitest'
import {
  askedFinding,
  askedPackage,
  exception,
  imageFacts,
  place,
  policy,
} from '../../../test/support/policy-records.ts'
import { periodCause } from './cause.ts'
import type { Exception } from './exception.ts'
import type { ImageFacts } from './image-facts.ts'
import { judge } from './judge.ts'
import { readyRules } from './rules.ts'
import { tallyOf } from './tally.ts'

const policies = [
  policy('ours', {
    vulnerabilities: [{ name: 'all', action: 'fail' }],
    packages: [{ name: 'denied', deny: ['event-stream'], action: 'fail' }],
    checks: [
      {
        name: 'checks',
        ids: ['CIS-DI-0001', 'CIS-DI-0009'],
        layers: 'all',
        undecidable: 'inconclusive',
        action: 'fail',
      },
    ],
    secrets: [{ name: 'secrets', layers: 'all', action: 'fail' }],
  }),
]
const pad = askedPackage('left-pad')
const openssl = askedPackage('libssl3', { source: { name: 'openssl', version: '3' }, purl: 'pkg:deb/debian/libssl3@3' })
const found = [
  { finding: askedFinding('CVE-2026-1', { aliases: ['GHSA-1'], severity: 'critical' }), subject: pad },
  { finding: askedFinding('CVE-2026-1', { aliases: ['GHSA-1'], severity: 'critical' }), subject: openssl },
  { finding: askedFinding('CVE-2026-2', { fixed: null, fixedSince: null }), subject: openssl },
]
const june = '2026-06-01T00:00:00.000Z'

function evidenceUnder(exceptions: readonly Exception[], now: string, image: Partial<ImageFacts>, findings = found) {
  const rules = readyRules({ policies, exceptions })
  const classes = findings.map(({ finding, subject }) => rules.classOf(finding, subject, Date.parse(now)).class)
  return { rules, evidence: { image: imageFacts(image), tally: tallyOf(classes), coverage: [], feeds: [] } }
}

function judged(exceptions: readonly Exception[], now = june, image: Partial<ImageFacts> = {}, findings = found) {
  const { rules, evidence } = evidenceUnder(exceptions, now, image, findings)
  const { verdict, counts, until } = judge(rules, evidence, now)
  return { open: counts.critical + counts.high, reasons: verdict.reasons.map(({ message }) => message), until }
}

test('what nothing excepts is open, and never another', () => {
  expect(judged([])).toEqual({ open: 3, reasons: ['3 vulnerabilities, 2 with a fix'], until: null })
})

describe('an exception of vulnerabilities', () => {
  test('takes them out of verdict and counts, by any of their ids, until it ends', () => {
    expect(judged([exception('one', { vulnerabilities: ['GHSA-1', 'CVE-2026-9'] })])).toEqual({
      open: 1,
      reasons: ['1 vulnerability, without a fix'],
      until: '2027-01-01T00:00:00.000Z',
    })
  })

  test('is as wide as its packages', () => {
    const open = (...packages: string[]) =>
      judged([exception('one', { vulnerabilities: ['CVE-2026-1'], packages })]).open
    expect([open('left-pad'), open('openssl'), open('pkg:deb/debian/libssl3@3'), open('left-pad', 'openssl')]).toEqual([
      2, 2, 2, 1,
    ])
    expect(open('curl')).toBe(3)
  })

  test('does not take out packages that a rule denies, checks and secrets', () => {
    const rules = readyRules({
      policies,
      exceptions: [exception('one', { vulnerabilities: ['CVE-2026-1'], packages: ['event-stream'] })],
    })
    const denied = rules.packageClassOf(askedPackage('event-stream'))!
    const evidence = { image: imageFacts(), tally: tallyOf([denied]), coverage: [], feeds: [] }
    expect(judge(rules, evidence, june).verdict.outcome).toBe('fail')
  })

  test('holds from its first moment to before its last, and both are told ahead', () => {
    const one = exception('one', {
      vulnerabilities: ['CVE-2026-2'],
      from: '2026-06-01T00:00:00.000Z',
      until: '2026-07-01T00:00:00.000Z',
    })
    const at = (now: string) => {
      const { open, until } = judged([one], now)
      return [open, until]
    }
    expect([at('2026-05-31T23:59:59.999Z'), at('2026-06-01T00:00:00.000Z')]).toEqual([
      [3, '2026-06-01T00:00:00.000Z'],
      [2, '2026-07-01T00:00:00.000Z'],
    ])
    expect([at('2026-06-30T23:59:59.999Z'), at('2026-07-01T00:00:00.000Z')]).toEqual([
      [2, '2026-07-01T00:00:00.000Z'],
      [3, null],
    ])
  })

  test('without an end, as VEX has it, is never another', () => {
    expect(judged([exception('one', { vulnerabilities: ['CVE-2026-1'], until: null, by: 'vex' })]).until).toBeNull()
  })

  test('holds in the images of its scope alone', () => {
    const one = exception('one', { vulnerabilities: ['CVE-2026-1'], scopes: [{ repositories: ['team/*'] }] })
    const open = (...repositories: string[]) =>
      judged([one], june, { places: repositories.map((name) => place('hub', name)) }).open
    expect([open('team/app'), open('other/app'), open('team/app', 'other/app'), open()]).toEqual([1, 3, 3, 3])
  })

  test('decides nothing while nobody approved it', () => {
    expect(judged([exception('one', { vulnerabilities: ['CVE-2026-1'], approvedBy: null })])).toEqual({
      open: 3,
      reasons: ['3 vulnerabilities, 2 with a fix'],
      until: null,
    })
  })

  test('about which the image has nothing makes nothing due', () => {
    const others = [
      exception('elsewhere', { vulnerabilities: ['CVE-2026-9'] }),
      exception('other scope', { vulnerabilities: ['CVE-2026-1'], scopes: [{ labels: { tier: 'test' } }] }),
      exception('no such check', { checks: ['CIS-DI-0001'] }),
    ]
    expect(judged(others).until).toBeNull()
  })
})

describe('several exceptions', () => {
  const short = exception('short', { vulnerabilities: ['CVE-2026-1'], until: '2026-07-01T00:00:00.000Z' })
  const long = exception('long', { vulnerabilities: ['CVE-2026-1'], until: '2026-08-01T00:00:00.000Z' })

  test('about the same hold while one of them does, and the first end is told', () => {
    const at = (now: string) => {
      const { open, until } = judged([short, long], now)
      return [open, until]
    }
    expect([june, '2026-07-15T00:00:00.000Z', '2026-08-01T00:00:00.000Z'].map(at)).toEqual([
      [1, '2026-07-01T00:00:00.000Z'],
      [1, '2026-08-01T00:00:00.000Z'],
      [3, null],
    ])
  })

  test('add up', () => {
    const second = exception('second', { vulnerabilities: ['CVE-2026-2'], packages: ['openssl'] })
    expect(judged([short, second])).toEqual({ open: 0, reasons: [], until: '2026-07-01T00:00:00.000Z' })
  })
})

describe('an exception of checks and secrets', () => {
  const image: Partial<ImageFacts> = {
    checks: [
      { id: 'CIS-DI-0001', level: 'high', status: 'fail', layer: null },
      { id: 'CIS-DI-0009', level: 'low', status: 'undecidable', layer: null },
    ],
    secrets: [
      { rule: 'private-key', path: 'etc/ssl/snakeoil.key', layer: 0 },
      { rule: 'private-key', path: 'root/.ssh/id_rsa', layer: 1 },
    ],
  }

  test('takes out checks by id, also those that are undecidable', () => {
    expect(judged([exception('one', { checks: ['CIS-DI-0001', 'CIS-DI-0009'] })], june, image, [])).toEqual({
      open: 0,
      reasons: ['2 secrets: private-key in etc/ssl/snakeoil.key, private-key in root/.ssh/id_rsa'],
      until: '2027-01-01T00:00:00.000Z',
    })
  })

  test('takes out secrets by rule and path, a pattern', () => {
    const secrets = [
      { rule: 'private-key', path: 'etc/ssl/*' },
      { rule: 'aws-key', path: '**' },
    ]
    expect(judged([exception('one', { secrets })], june, image, []).reasons).toEqual([
      '1 check fails: CIS-DI-0001',
      '1 secret: private-key in root/.ssh/id_rsa',
      '1 check cannot be decided: CIS-DI-0009',
    ])
  })

  test('begins and ends as others do', () => {
    const one = exception('one', { checks: ['CIS-DI-0001'], from: '2026-07-01T00:00:00.000Z' })
    const { reasons, until } = judged([one], june, image, [])
    expect([reasons.length, until]).toEqual([3, '2026-07-01T00:00:00.000Z'])
  })
})

describe('what time changed of an image', () => {
  const one = exception('one', {
    vulnerabilities: ['CVE-2026-1'],
    from: '2026-02-01T00:00:00.000Z',
    until: '2026-05-01T00:00:00.000Z',
  })
  const other = exception('all others', { vulnerabilities: ['CVE-2026-9'], until: '2026-05-01T00:00:00.000Z' })
  const causeOf = (since: string, now: string): string => {
    const { rules, evidence } = evidenceUnder([other, one], now, {})
    return periodCause(rules, evidence, since, now)
  }

  test('is an exception that began or ended since, of those about what it has', () => {
    expect(causeOf('2026-04-01T00:00:00.000Z', june)).toBe('exception one ended')
    expect(causeOf('2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z')).toBe('exception one began')
  })

  test('is a period of a rule else', () => {
    expect(causeOf('2026-05-01T00:00:00.000Z', june)).toBe('a period ran out')
    expect(causeOf('2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z')).toBe('a period ran out')
  })
})

test('the earliest time of all that may change the judgement is told', () => {
  const aging = policy('aging', {
    image: [{ name: 'old', maxDays: 365, action: 'warn' }],
    base: [{ name: 'base', maxDays: 200, unknown: 'ignore', action: 'warn' }],
    staleness: { maxHours: 24 * 200, action: 'warn' },
  })
  const rules = readyRules({
    policies: [aging],
    exceptions: [exception('user', { checks: ['CIS-DI-0001'], until: '2026-09-01T00:00:00.000Z' })],
  })
  const image = imageFacts({
    created: '2025-12-01T00:00:00Z',
    base: { digest: imageFacts().digest, references: [], created: '2026-01-01T00:00:00Z', layers: 1 },
    checks: [{ id: 'CIS-DI-0001', level: 'high', status: 'fail', layer: null }],
  })
  const feeds = [{ name: 'osv', fetched: '2026-05-01T00:00:00.000Z' }]
  const untils: (string | null)[] = []
  for (let now: string | null = june; now !== null; now = untils.at(-1) ?? null) {
    untils.push(judge(rules, { image, tally: [], coverage: [], feeds }, now).until)
  }
  expect(untils).toEqual([
    '2026-07-20T00:00:00.000Z',
    '2026-09-01T00:00:00.000Z',
    '2026-11-17T00:00:00.000Z',
    '2026-12-01T00:00:00.000Z',
    null,
  ])
})
