import { askedFinding, askedPackage, imageFacts, place } from '../../../test/support/policy-records.ts'
import { expect, test } from 'vitest'
import type { ImageFacts } from './image-facts.ts'
import { judge } from './judge.ts'
import { emptyPolicy, type CheckRule } from './policy.ts'
import { readyRules } from './rules.ts'
import { tallyOf } from './tally.ts'

const now = '2026-05-01T00:00:00.000Z'
const image = imageFacts({
  created: '2026-04-01T00:00:00.000Z',
  places: [place('hub', 'team/api', 'latest')],
})
function judged(rule: Partial<CheckRule>, facts: Partial<ImageFacts> = {}, fixedSince: string | null = null) {
  const checks: CheckRule[] = [{ name: 'checks', layers: 'all', undecidable: 'ignore', action: 'fail', ...rule }]
  const rules = readyRules({ policies: [{ ...emptyPolicy, name: 'ours', checks }], exceptions: [] })
  const finding = askedFinding('CVE-2026-1', { fixed: fixedSince && '2', fixedSince })
  const asked = rules.classOf(finding, askedPackage('pad'), Date.parse(now))
  const evidence = {
    image: { ...image, ...facts },
    tally: tallyOf([asked.class]),
    coverage: [],
    feeds: [{ name: 'osv', fetched: now }],
  }
  const { verdict, until } = judge(rules, evidence, now)
  return {
    reasons: verdict.reasons.map(({ outcome, message }) => `${outcome}: ${message}`),
    until,
    askAgain: asked.until,
  }
}

test('a rule over checks decides about what is known of an image today, too', () => {
  expect(judged({ ids: ['DKL-DI-0006'] }).reasons).toEqual(['fail: 1 check fails: DKL-DI-0006'])
  const places = [{ registry: 'hub', repository: 'team/api', tags: ['1.5'] }]
  expect(judged({ ids: ['DKL-DI-0006'] }, { places }).reasons).toEqual([])
  expect(judged({ ids: ['CIS-DI-0001'] })).toEqual({ reasons: [], until: null, askAgain: null })
})

test('what cannot be decided is what the rule says of that', () => {
  expect(judged({ ids: ['CIS-DI-0005'], undecidable: 'inconclusive' }).reasons).toEqual([
    'inconclusive: 1 check cannot be decided: CIS-DI-0005',
  ])
  expect(judged({ ids: ['CIS-DI-0005'] }, { signatures: { by: [], problems: [] } }).reasons).toEqual([
    'fail: 1 check fails: CIS-DI-0005',
  ])
  expect(judged({ ids: ['CIS-DI-0005'] }, { signatures: { by: ['release'], problems: [] } }).reasons).toEqual([])
})

test('a fix that came out long ago fails, and one that will have is asked again then', () => {
  const rule = { ids: ['CIS-DI-0004'] }
  expect(judged(rule, {}, '2026-03-01T00:00:00.000Z').reasons).toEqual(['fail: 1 check fails: CIS-DI-0004'])
  expect(judged(rule, {}, '2026-04-20T00:00:00.000Z')).toMatchObject({
    reasons: [],
    askAgain: '2026-05-20T00:00:00.000Z',
  })
})

test('an image grows old at a time that is told ahead', () => {
  expect(judged({ ids: ['TM-0019'] })).toMatchObject({ reasons: [], until: '2027-04-02T00:00:00.000Z' })
  expect(judged({ ids: ['TM-0019'] }, { created: '2025-01-01T00:00:00Z' }).reasons).toEqual([
    'fail: 1 check fails: TM-0019',
  ])
})
