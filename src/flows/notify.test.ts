import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deb, feed, match, noon, scan, verdict } from '../../test/support/store-records.ts'
import { exception } from '../../test/support/policy-records.ts'
import type { Posted } from '../adapters/notifications/post.ts'
import type { Job } from '../adapters/queue/queue.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { Store } from '../adapters/store/store.ts'
import { digestOf } from '../core/image/digest.ts'
import type { Match } from '../core/match/finding.ts'
import type { Notice } from '../core/notice/notice.ts'
import { readyRules, type Rules } from '../core/policy/rules.ts'
import { deliverNotice } from './deliver-notice.ts'
import type { ChangeDeps } from './image-change.ts'
import { deliverPending, notify, notifyOfHeldFeeds, type NoticeRule, type NotifyDeps } from './notify.ts'
import { builtInRules } from '../../test/support/rules.ts'

const signal = new AbortController().signal

let directory: string
let store: Store
let sent: Job[]
let now: Date
let inForce: Rules

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-notify-'))
  store = await createStore({ url: join(directory, 'store.db') })
  await store.migrate()
  sent = []
  inForce = builtInRules
  now = new Date('2026-05-02T12:00:00.000Z')
})
afterEach(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

const everything: NoticeRule = {
  name: 'team',
  on: ['verdict', 'finding-new', 'kev', 'feed-held'],
  outcome: 'fail',
  severity: 'high',
  registries: [],
  repositories: [],
}
const queue = { send: async (jobs: readonly Job[]) => void sent.push(...jobs) }
const deps = (...rules: readonly Partial<NoticeRule>[]): NotifyDeps & ChangeDeps => ({
  store,
  queue,
  rules: rules.map((rule) => ({ ...everything, ...rule })),
  inForce: async () => inForce,
  now: () => now,
})
const told = async (): Promise<readonly Notice[]> =>
  (await store.notices.list({}, { limit: 100 })).items.map(({ notice }) => notice)
async function save(name: string, outcome: 'pass' | 'warn' | 'fail', repository = 'team/api') {
  await store.images.save(scan(name, [deb('openssl')]))
  await store.verdicts.save(verdict(digestOf(name), { outcome }))
  await store.sightings.observe({ registry: 'hub', repository }, digestOf(name), name, noon)
}

test('what is in the store at first is no news, and what changes then is in one notice, worst first and capped', async () => {
  await save('old', 'fail')
  await notify('all', deps({}), signal)
  expect(await told()).toEqual([])

  for (let index = 0; index < 30; index += 1) await save(`bad-${index}`, 'fail')
  await save('gone', 'fail')
  await store.sightings.forget({ registry: 'hub', repository: 'team/api' }, { digest: digestOf('gone') })
  await save('elsewhere', 'fail', 'other/api')
  await save('soso', 'warn')
  const rules = [
    { repositories: ['team/*'] },
    { name: 'all', outcome: 'warn' },
    { name: 'none', registries: ['x*'] },
  ] as const
  await notify('all', deps(...rules), signal)
  const [all, team, ...others] = await told()
  expect(others).toEqual([])
  expect(team).toMatchObject({ rule: 'team', more: 5 })
  expect(team?.changes).toHaveLength(25)
  expect(all).toMatchObject({ rule: 'all', more: 7 })
  expect(all?.changes.every((change) => change.kind === 'verdict' && change.to === 'fail')).toBe(true)
  expect(new Set(sent.map(({ kind, payload }) => `${kind} ${String(payload['id'])}`))).toEqual(
    new Set([`deliver ${team?.id}`, `deliver ${all?.id}`]),
  )
  await notify('all', deps(...rules), signal)
  expect(await told()).toHaveLength(2)
})

test('what a killed process collected and did not tell is told by the next', async () => {
  await notify('all', deps({}), signal)
  await save('bad', 'fail')
  await store.notices.collect('killed', 'all', null, 10)
  await notify([], deps({}), signal)
  expect(await told()).toMatchObject([{ changes: [{ references: ['hub/team/api:bad'], from: null, to: 'fail' }] }])
})

/** The store's only package has these now. */
async function matched(snapshot: number, ...matches: readonly Match[]) {
  now = new Date(now.getTime() + 60_000)
  const packages = await store.packages.unmatched('all', snapshot, 0, 10)
  const results = packages.map(({ id }) => ({ packageId: id, result: { matches, uncomparable: [] } }))
  await store.packages.saveMatches(snapshot, results, now.toISOString(), inForce)
}

test('says of each finding what the policy makes of it, and nothing of what exceptions take out', async () => {
  const excepts = exception('team-web', { vulnerabilities: ['CVE-2026-2', 'CVE-2026-5'] })
  inForce = readyRules({ policies: [], exceptions: [excepts] })
  await save('web', 'warn')
  await matched(1)
  await notify('all', deps({}), signal)

  const old = [match('CVE-2026-1', { severity: 'low', fixed: null }), match('CVE-2026-2', { severity: 'critical' })]
  await matched(2, ...old)
  await notify('all', deps({}), signal)
  expect(await told()).toEqual([])

  const fresh = [match('CVE-2026-3', { fixed: null }), match('CVE-2026-4', { fixed: '2.0' })]
  await matched(3, ...old, ...fresh)
  await notify('all', deps({}), signal)
  const openssl = { package: deb('openssl').purl }
  const unfixable = { rule: 'unfixable-high', action: 'warn' } as const
  expect((await told()).map(({ changes, more }) => ({ changes, more }))).toMatchObject([
    {
      changes: [
        {
          kind: 'finding-new',
          findings: [
            {
              ...openssl,
              vulnerability: 'CVE-2026-4',
              isNew: true,
              decision: { rule: 'fixable-high', action: 'fail' },
            },
            { ...openssl, vulnerability: 'CVE-2026-3', isNew: true, decision: unfixable },
            { ...openssl, vulnerability: 'CVE-2026-1', isNew: false, decision: null },
          ],
          moreFindings: 0,
        },
      ],
      more: 0,
    },
  ])

  await matched(4, ...old, ...fresh, match('CVE-2026-5', { severity: 'critical' }))
  await notify('all', deps({}), signal)
  expect(await told()).toHaveLength(1)
})

test('a vulnerability that is newly known to be exploited is told of once, where an image has it', async () => {
  await save('web', 'warn')
  const [openssl] = await store.packages.unmatched('all', 1, 0, 10)
  const result = { matches: [match('CVE-2026-1')], uncomparable: [] }
  await store.packages.saveMatches(1, [{ packageId: openssl!.id, result }], noon, builtInRules)
  const listed = (key: string) => ({ key, value: '{"dateAdded":"2026-05-01","dueDate":null,"ransomware":false}' })
  const adopt = async (...keys: readonly string[]) => {
    const transaction = await store.feeds.begin()
    await transaction.putFacts('kev', 'kev', keys.map(listed))
    const records = await transaction.countFacts('kev')
    await transaction.adopt([feed('kev', { kind: 'kev', records, advisories: 0, ecosystems: {} })], noon)
    await notify('all', deps({}), signal)
  }
  const transaction = await store.feeds.begin()
  await transaction.adopt([feed('osv')], noon)
  await notify('all', deps({}), signal)

  await adopt('CVE-2025-1', 'CVE-2025-2')
  expect(await told()).toEqual([])
  await adopt('CVE-2026-1', 'CVE-2026-2')
  await notify('all', deps({}), signal)
  expect((await told()).map(({ changes }) => changes)).toEqual([
    [
      {
        kind: 'kev',
        vulnerability: 'CVE-2026-1',
        severity: 'high',
        dateAdded: '2026-05-01',
        dueDate: null,
        ransomware: false,
        references: ['hub/team/api:web'],
        moreImages: 0,
      },
    ],
  ])
})

test('a feed that is held back is told of once for each state', async () => {
  const candidate = {
    feed: 'osv',
    location: '/feeds/osv',
    fingerprint: 'half',
    fetched: noon,
    heldAt: noon,
    reasons: ['Debian:12 fell by half'],
    added: 0,
    changed: 0,
    removed: 9,
    skipped: 0,
    effect: null,
    approved: false,
  }
  await store.feeds.hold(candidate)
  await notifyOfHeldFeeds(deps({}))
  await notifyOfHeldFeeds(deps({}))
  const changes = [{ kind: 'feed-held', feed: 'osv', heldAt: noon, reasons: ['Debian:12 fell by half'] }]
  expect(await told()).toMatchObject([{ rule: 'team', changes }])
  await store.feeds.hold({ ...candidate, fingerprint: 'none' })
  await notifyOfHeldFeeds(deps({}))
  expect(await told()).toHaveLength(2)
})

test('delivery is tried again later and later, as late as the target asks, and then given up', async () => {
  const answer: Posted = { status: 503, error: 'HTTP 503', retryAfterSeconds: null }
  await notify('all', deps({}), signal)
  await save('bad', 'fail')
  await notify('all', deps({}), signal)
  const [job] = sent.splice(0)
  const deliver = (posted: Posted | undefined) =>
    deliverNotice(
      job!.payload,
      { store, queue, send: async () => posted, now: () => now, log: pino({ level: 'silent' }) },
      signal,
    )

  await deliver({ ...answer, retryAfterSeconds: 120 })
  expect(sent.splice(0)).toMatchObject([{ key: job!.key, delaySeconds: 120 }])
  await deliver(answer)
  expect(sent.splice(0)).toMatchObject([{ delaySeconds: 120 }])
  expect((await store.notices.get(String(job!.payload['id'])))?.attempts).toBe(1)

  const waits: number[] = []
  for (let next = '…'; next !== '';) {
    const { nextTryAt } = (await store.notices.get(String(job!.payload['id'])))!
    next = nextTryAt ?? ''
    if (next === '') break
    waits.push((Date.parse(next) - now.getTime()) / 1000)
    now = new Date(next)
    await deliver(answer)
  }
  expect(waits).toEqual([120, 60, 300, 900, 3_600, 10_800, 21_600, 43_200])
  expect(await store.notices.get(String(job!.payload['id']))).toMatchObject({ status: 'failed', attempts: 9 })
  sent = []
  await deliverPending(deps({}))
  expect(sent).toEqual([])
})

test('a notice whose rule is no longer configured is given up at once', async () => {
  await notify('all', deps({}), signal)
  await save('bad', 'fail')
  await notify('all', deps({}), signal)
  const { id } = sent[0]!.payload
  const log = pino({ level: 'silent' })
  await deliverNotice({ id }, { store, queue, send: async () => undefined, now: () => now, log }, signal)
  const error = 'the rule is no longer in the configuration'
  expect(await store.notices.get(String(id))).toMatchObject({ status: 'failed', error, nextTryAt: null })
})
