import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exception, policy } from '../../test/support/policy-records.ts'
import { builtInRules } from '../../test/support/rules.ts'
import { deb, feed, layer, match, npm, scan } from '../../test/support/store-records.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { Snapshot } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Check } from '../core/benchmark/check.ts'
import { digestOf } from '../core/image/digest.ts'
import type { Exception } from '../core/policy/exception.ts'
import type { Policy, VerdictReason } from '../core/policy/policy.ts'
import { readyRules, type RuleDocuments } from '../core/policy/rules.ts'
import type { Report } from '../core/report/report.ts'
import { buildReport } from './build-report.ts'
import { judgeImage } from './judge-image.ts'

const app = digestOf('app')
const now = '2026-06-01T12:00:00.000Z'

let store: Store
let snapshot: Snapshot

const check = (id: string, status: Check['status'], layers: readonly (number | null)[]): Check => ({
  id,
  title: id,
  level: 'high',
  status,
  evidence: layers.map((layer) => ({ text: `seen in ${layer}`, layer })),
})
const secret = (rule: string, path: string, layer: number) =>
  ({ rule, title: rule, where: 'file', path, line: 1, layer, deletedInLayer: null, redacted: '…' }) as const

beforeAll(async () => {
  store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
  const transaction = await store.feeds.begin()
  snapshot = await transaction.adopt([feed('osv')], '2026-05-01T12:00:00.000Z')
  const layers = [layer('base'), layer('app')]
  await store.images.save(scan('base', [deb('openssl')], { layers: layers.slice(0, 1) }))
  await store.images.save(
    scan('app', [deb('openssl'), deb('zlib', '1.2'), npm('left-pad')], {
      layers,
      checks: [
        check('CIS-DI-0001', 'fail', [null]),
        check('CIS-DI-0008', 'fail', [0]),
        check('CIS-DI-0009', 'fail', [0, 1]),
        check('TM-0001', 'undecidable', []),
        check('TM-0002', 'pass', []),
        check('TM-0003', 'not-applicable', []),
      ],
      secrets: [secret('private-key', 'etc/key', 0), secret('private-key', 'srv/key', 1), secret('aws', 'srv/aws', 1)],
    }),
  )
  await store.sightings.observe({ registry: 'hub', repository: 'team/app' }, app, 'latest', now)
  const matches = {
    openssl: [match('CVE-2026-1'), match('CVE-2026-2', { fixed: null }), match('CVE-2026-3', { severity: 'critical' })],
    zlib: [match('CVE-2026-4', { severity: 'medium' }), match('CVE-2026-5', { severity: 'unknown', score: null })],
    'left-pad': [match('CVE-2026-1'), match('CVE-2026-6', { severity: 'low', fixed: null })],
  }
  const packages = await store.packages.unmatched('all', snapshot.number, 0, 10)
  const matched = packages.map(({ id, name }) => ({
    packageId: id,
    result: { matches: matches[name as keyof typeof matches], uncomparable: [] },
  }))
  await store.packages.saveMatches(snapshot.number, matched, '2026-04-01T12:00:00.000Z', builtInRules)
})
afterAll(() => store.close())

/** Its report, as it is judged by these. */
async function reportBy(documents: RuleDocuments): Promise<Report> {
  const rules = async () => readyRules(documents)
  await judgeImage(app, snapshot, 'test', { store, rules, now: () => new Date(now) })
  const report = await buildReport(app, null, { store, engine: '0.1.0', rules })
  if (report.schema !== 'tallyman.report/v1') throw new Error('the image is an index')
  return report
}

const thingsOf = ({ findings, checks, secrets }: Report) => [...findings, ...checks, ...secrets]

function sumsOf(all: readonly { readonly by: string; readonly count: number }[]) {
  const sums: Record<string, number> = {}
  for (const { by, count } of all) sums[by] = (sums[by] ?? 0) + count
  return sums
}

/** How much each rule caught, by what it makes of it: of single things, and as the verdict says. */
function caught(report: Report) {
  return sumsOf(
    thingsOf(report).flatMap(({ decision }) =>
      decision && decision.action !== 'ignore' ? [{ by: `${decision.rule} ${decision.action}`, count: 1 }] : [],
    ),
  )
}
function judged(reasons: readonly VerdictReason[]) {
  return sumsOf(reasons.map(({ rule, outcome, findings }) => ({ by: `${rule} ${outcome}`, count: findings })))
}

const action = fc.constantFrom('fail' as const, 'warn' as const, 'ignore' as const)
const layers = fc.constantFrom('own' as const, 'all' as const)
const unknown = fc.constantFrom('fail' as const, 'warn' as const, 'ignore' as const, 'inconclusive' as const)
const optional = { requiredKeys: [] }
const named = <R>(rules: readonly R[], letter: string) => rules.map((rule, at) => ({ ...rule, name: `${letter}${at}` }))

const policies: fc.Arbitrary<readonly Policy[]> = fc
  .array(
    fc.record({
      vulnerabilities: fc.array(
        fc
          .tuple(
            fc.record({ action }),
            fc.record(
              {
                severity: fc.constantFrom('critical' as const, 'high' as const, 'medium' as const),
                fixable: fc.boolean(),
                ecosystems: fc.constant(['npm']),
                vulnerabilities: fc.constantFrom(['CVE-2026-1'], ['CVE-2026-*']),
                grace: fc.record({ days: fc.constantFrom(30, 300), during: fc.constant('warn' as const) }),
              },
              optional,
            ),
          )
          .map(([rule, conditions]) => ({ ...rule, ...conditions })),
        { maxLength: 4 },
      ),
      checks: fc.array(
        fc
          .tuple(
            fc.record({ action, layers, undecidable: unknown }),
            fc.record(
              { ids: fc.constantFrom(['CIS-*'], ['TM-*'], ['CIS-DI-0004']), level: fc.constant('high' as const) },
              optional,
            ),
          )
          .map(([rule, conditions]) => ({ ...rule, ...conditions })),
        { maxLength: 3 },
      ),
      secrets: fc.array(
        fc
          .tuple(fc.record({ action, layers }), fc.record({ rules: fc.constant(['private-*']) }, optional))
          .map(([rule, conditions]) => ({ ...rule, ...conditions })),
        { maxLength: 2 },
      ),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((all) =>
    all.map(({ vulnerabilities, checks, secrets }, index) =>
      policy(`p${index}`, {
        vulnerabilities: named(vulnerabilities, 'v'),
        checks: named(checks, 'c'),
        secrets: named(secrets, 's'),
        onIncomplete: 'ignore',
      }),
    ),
  )

const exceptions: fc.Arbitrary<readonly Exception[]> = fc
  .array(
    fc.record({
      vulnerabilities: fc.subarray(['CVE-2026-1', 'DEBIAN-CVE-2026-4', 'CVE-2026-6']),
      packages: fc.constantFrom([], ['openssl'], ['pkg:npm/**']),
      checks: fc.subarray(['CIS-DI-0001', 'CIS-DI-0004', 'TM-0001']),
      secrets: fc.subarray([
        { rule: 'private-key', path: 'srv/*' },
        { rule: 'aws', path: '**' },
      ]),
      scopes: fc.constantFrom([], [{ tags: ['latest'] }], [{ registries: ['other'] }]),
      from: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'),
      until: fc.constantFrom(null, '2026-05-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
      by: fc.constantFrom('exception' as const, 'vex' as const),
    }),
    { maxLength: 3 },
  )
  .map((all) => all.map((each, index) => exception(`e${index}`, each)))

test('what decides about each finding, check and secret of a report adds up to its verdict’s reasons', async () => {
  await fc.assert(
    fc.asyncProperty(policies, exceptions, async (given, excepting) => {
      const report = await reportBy({ policies: given, exceptions: excepting })
      expect(caught(report)).toEqual(judged(report.verdict.reasons))
      for (const { suppressed, decision } of thingsOf(report)) {
        if (!suppressed) continue
        expect(decision).toBeNull()
        const by = excepting.filter(({ id }) => suppressed.reason === `not reachable (${id}, team)`)
        expect(by).toMatchObject([{ by: suppressed.by, until: suppressed.until }])
      }
    }),
    { numRuns: 150 },
  )
})

test('what an exception takes out is suppressed with its reason and end, and no rule decides about it', async () => {
  const excepting = [
    exception('ssl', { vulnerabilities: ['CVE-2026-1'], packages: ['openssl'] }),
    exception('root', { checks: ['CIS-DI-0001'], until: null, by: 'vex', reason: 'it drops its rights' }),
    exception('key', { secrets: [{ rule: 'private-key', path: 'srv/*' }] }),
    exception('over', { vulnerabilities: ['CVE-2026-4'], until: '2026-05-01T00:00:00.000Z' }),
    exception('elsewhere', { vulnerabilities: ['CVE-2026-3'], scopes: [{ registries: ['other'] }] }),
  ]
  const strict = policy('strict', {
    vulnerabilities: [{ name: 'all', action: 'fail' }],
    checks: [{ name: 'own', layers: 'own', undecidable: 'warn', action: 'fail' }],
    secrets: [{ name: 'keys', layers: 'all', action: 'fail' }],
  })
  const report = await reportBy({ policies: [strict], exceptions: excepting })
  const shown = thingsOf(report).map((thing) => {
    const id =
      'vulnerability' in thing
        ? `${thing.vulnerability} ${thing.package.split('@')[0]}`
        : 'id' in thing
          ? thing.id
          : thing.path
    return [id, thing.suppressed ?? thing.decision]
  })
  const until = '2027-01-01T00:00:00.000Z'
  expect(Object.fromEntries(shown)).toMatchObject({
    'CVE-2026-1 pkg:deb/debian/openssl': { by: 'exception', reason: 'not reachable (ssl, team)', until },
    'CVE-2026-1 pkg:npm/left-pad': { rule: 'all', action: 'fail' },
    'CVE-2026-3 pkg:deb/debian/openssl': { rule: 'all', action: 'fail' },
    'CVE-2026-4 pkg:deb/debian/zlib': { rule: 'all', action: 'fail' },
    'CIS-DI-0001': { by: 'vex', reason: 'it drops its rights (root, team)', until: null },
    'CIS-DI-0008': null, // the base brought it
    'CIS-DI-0009': { rule: 'own', action: 'fail' },
    'TM-0001': { rule: 'own', action: 'warn' },
    'TM-0002': null,
    'DKL-DI-0006': { rule: 'own', action: 'fail' },
    'etc/key': { rule: 'keys', action: 'fail' },
    'srv/key': { by: 'exception', reason: 'not reachable (key, team)', until },
  })
})
