import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStore, type OpenStore } from '../adapters/store/create-store.ts'
import { digestOf } from '../core/image/digest.ts'
import { parseOsv } from '../core/match/osv.ts'
import type { Exception } from '../core/policy/exception.ts'
import { emptyPolicy, type Policy } from '../core/policy/policy.ts'
import { readyRules, type RuleDocuments } from '../core/policy/rules.ts'
import { deb, feed, npm, scan } from '../../test/support/store-records.ts'
import { judgeAsOfNow } from './judge-as-of-now.ts'
import { previewRules } from './preview-rules.ts'
import { reevaluate } from './reevaluate.ts'

const now = () => new Date('2026-05-01T00:00:00Z')
const signal = new AbortController().signal
const places = { hub: { registry: 'hub', repository: 'team/api' }, lab: { registry: 'lab', repository: 'try' } }

let store: OpenStore
beforeEach(async () => {
  store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
  const transaction = await store.feeds.begin()
  const records = [
    { id: 'GHSA-1', aliases: ['CVE-2026-1'], name: 'pad', fixed: '2.0.0', severity: 'CRITICAL' },
    { id: 'GHSA-2', aliases: ['CVE-2026-2'], name: 'pad', severity: 'LOW' },
    { id: 'GHSA-3', aliases: ['CVE-2026-3'], name: 'left', fixed: '1.1.0', severity: 'HIGH' },
  ]
  await transaction.put(
    'osv',
    records.map(({ id, aliases, name, fixed, severity }) => {
      const events = [{ introduced: '0' }, ...(fixed ? [{ fixed }] : [])]
      const affected = [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }]
      const published = '2026-04-20T00:00:00Z'
      const text = JSON.stringify({ id, aliases, published, affected, database_specific: { severity } })
      return { path: `npm/${id}.json`, hash: id, advisory: parseOsv(text, () => undefined)! }
    }),
  )
  await transaction.putFacts('kev', 'kev', [
    { key: 'CVE-2026-3', value: JSON.stringify({ dateAdded: '2026-04-01', dueDate: null, ransomware: false }) },
  ])
  await transaction.adopt([feed('osv', await transaction.count('osv'))], now().toISOString())

  const check = { id: 'CIS-DI-0001', title: 'user', level: 'high', status: 'fail', evidence: [] } as const
  const images = [
    { name: 'clean', packages: [npm('right')], at: places.hub },
    { name: 'pad', packages: [npm('pad')], at: places.hub },
    { name: 'both', packages: [npm('pad'), npm('left'), deb('bash')], at: places.lab },
    { name: 'twins', packages: [npm('left'), npm('left', '1.0.0', { licenses: ['MIT'] })], at: places.lab },
    { name: 'root', packages: [npm('right')], at: places.hub, checks: [check] },
  ]
  for (const { name, packages, at, checks = [] } of images) {
    const distro = null
    await store.images.save(scan(name, packages, { distro, checks }))
    await store.sightings.observe(at, digestOf(name), 'latest', now().toISOString())
    await judgeAsOfNow(digestOf(name), { store, rules: async () => readyRules(documents[0]!), now }, signal)
  }
})
afterEach(() => store.close())

const policy = (name: string, rest: Partial<Policy>): Policy => ({
  ...emptyPolicy,
  name,
  onIncomplete: 'ignore',
  ...rest,
})
const exception: Exception = {
  id: 'pad',
  vulnerabilities: ['CVE-2026-1'],
  packages: ['pad'],
  checks: [],
  secrets: [],
  scopes: [{ registries: ['hub'] }],
  reason: 'not reachable',
  owner: 'team',
  from: '2026-01-01T00:00:00Z',
  until: '2027-01-01T00:00:00Z',
  approvedBy: 'others',
  by: 'exception',
  status: null,
  justification: null,
}
const high = policy('high', { vulnerabilities: [{ name: 'high', severity: 'high', action: 'fail' }] })
const documents: readonly RuleDocuments[] = [
  { policies: [high], exceptions: [] },
  { policies: [high], exceptions: [exception] },
  { policies: [policy('kev', { vulnerabilities: [{ name: 'kev', kev: true, action: 'fail' }] })], exceptions: [] },
  {
    policies: [
      policy('hub', {
        priority: 1,
        scopes: [{ registries: ['hub'] }],
        vulnerabilities: [{ name: 'young', fixable: true, grace: { days: 30, during: 'warn' }, action: 'fail' }],
        checks: [{ name: 'user', layers: 'all', undecidable: 'ignore', action: 'fail' }],
      }),
      policy('all', {
        packages: [{ name: 'no-left', deny: ['left'], action: 'warn' }],
        vulnerabilities: [{ name: 'low', severity: 'low', action: 'warn' }],
      }),
    ],
    exceptions: [],
  },
]

const outcomes = async () => {
  const all = (await store.images.list({}, { limit: 100 })).items
  return new Map(all.map(({ digest, outcome }) => [digest, outcome]))
}

for (const [from, before] of documents.entries()) {
  for (const [to, after] of documents.entries()) {
    test(`what a preview says of rules ${to} under rules ${from} is what they make of the images`, async () => {
      const deps = { store, now, announce: async () => {} }
      await reevaluate('policy', { ...deps, rules: async () => readyRules(before) }, signal)
      const standing = await outcomes()
      const preview = await previewRules(readyRules(after), { store, now }, signal)
      expect(await outcomes()).toEqual(standing)

      await reevaluate('policy', { ...deps, rules: async () => readyRules(after) }, signal)
      const then = await outcomes()
      const flipped = [...then].filter(([digest, outcome]) => standing.get(digest) !== outcome)
      expect(new Map(preview.changed.map((image) => [image.digest, image.after]))).toEqual(new Map(flipped))
      expect(preview.images).toBe(5)
    })
  }
}

test('a preview names the images, their outcomes and the reasons before and after', async () => {
  await reevaluate(
    'policy',
    { store, now, announce: async () => {}, rules: async () => readyRules(documents[0]!) },
    signal,
  )
  const { flips, changed } = await previewRules(readyRules(documents[1]!), { store, now }, signal)
  expect(flips).toEqual({ 'fail → pass': 1 })
  expect(changed).toEqual([
    {
      digest: digestOf('pad'),
      references: ['hub/team/api@' + digestOf('pad')],
      platform: 'linux/amd64',
      before: 'fail',
      after: 'pass',
      reasons: [
        {
          rule: 'high',
          outcome: 'fail',
          message: '1 vulnerability of high severity or worse, with a fix',
          findings: 1,
        },
      ],
      wouldBe: [],
    },
  ])
})
