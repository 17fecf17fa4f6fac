import { expect, test } from 'vitest'
import type { ScanRecord } from '../../src/adapters/store/records.ts'
import type { Store } from '../../src/adapters/store/store.ts'
import { digestOf, type Digest } from '../../src/core/image/digest.ts'
import { readyRules, type Rules } from '../../src/core/policy/rules.ts'
import { answerAsOf, momentAsked, type AsOfImage } from '../../src/flows/as-of.ts'
import { findingsThen } from '../../src/flows/findings-then.ts'
import { judgeAsOfNow } from '../../src/flows/judge-as-of-now.ts'
import { reevaluate } from '../../src/flows/reevaluate.ts'
import { replayVerdict } from '../../src/flows/replay-verdict.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { exception, policy } from '../support/policy-records.ts'
import { deb, entry, evening, feed, nextDay, noon, scan, verdict } from '../support/store-records.ts'

const morning = '2026-05-01T08:00:00.000Z'
const weekLater = '2026-05-08T12:00:00.000Z'
const never = new AbortController().signal

const strict = policy('strict', {
  vulnerabilities: [{ name: 'high', severity: 'high', action: 'fail' }],
  onIncomplete: 'ignore',
})
const strictRules = readyRules({ policies: [strict], exceptions: [] })
const rating = { source: 'osv', severity: 'high', score: null, vector: null } as const

/** What was known when, and what can be told of it. */
export function describeHistory(under: () => StoreUnderTest): void {
  const store = (): Store => under().store

  async function adopt(at: string, ...affected: string[]): Promise<void> {
    const transaction = await store().feeds.begin()
    const advisory = entry('ADV-1.json', affected, { ratings: [rating], aliases: ['CVE-2026-0001'] })
    if (affected.length > 0) await transaction.put('osv', [advisory])
    else await transaction.remove('osv', ['ADV-1.json'])
    await transaction.adopt([feed('osv', { fetched: at })], at)
  }

  async function push(name: string, at: string, rules: Rules, rest: Partial<ScanRecord> = {}): Promise<Digest> {
    const packages = rest.packages ?? [deb('pad', '1')]
    await store().images.save(scan(name, packages, { scannedAt: at, ...rest }))
    await judgeAsOfNow(digestOf(name), { store: store(), rules: async () => rules, now: () => new Date(at) }, never)
    return digestOf(name)
  }

  async function settle(at: string, rules: Rules): Promise<void> {
    const deps = { store: store(), rules: async () => rules, now: () => new Date(at), announce: async () => {} }
    await reevaluate('feed', deps, never)
  }

  async function asOf(digest: Digest, at: string): Promise<AsOfImage> {
    const deps = { store: store(), policies: [], now: () => new Date(weekLater) }
    const answer = await answerAsOf({ image: digest, digest, tagObservedAt: null }, await momentAsked(at, deps), deps)
    return answer.images[0]!
  }

  async function replays(digest: Digest): Promise<string[]> {
    const { items } = await store().verdicts.history(digest, { limit: 100 })
    const replayed = items.map(({ id }) => replayVerdict(digest, id, store()))
    return (await Promise.all(replayed)).map(({ result, inventoriedAnew }) => [result, inventoriedAnew ?? ''].join(' '))
  }

  const names = ({ stood, known, agree }: AsOfImage) => [stood?.outcome, known?.outcome, agree]

  test('what stood and what would have been known are told by time and by snapshot', async () => {
    await adopt(morning, 'Debian:12 pad-source')
    await settle(morning, strictRules)
    const app = await push('app', noon, strictRules)
    await adopt(evening)
    await settle(evening, strictRules)
    const late = await push('late', nextDay, strictRules)

    expect(names(await asOf(app, '1'))).toEqual(['fail', 'fail', true])
    expect(names(await asOf(app, noon))).toEqual(['fail', 'fail', true])
    expect(names(await asOf(app, '2'))).toEqual(['pass', 'pass', true])
    expect(names(await asOf(late, '1'))).toEqual([undefined, 'fail', null])
    const { known, notes } = await asOf(late, '1')
    expect(known).toMatchObject({
      policy: 'strict',
      counts: { high: 1 },
      reasons: [{ rule: 'high', message: '1 vulnerability of high severity or worse, without a fix', findings: 1 }],
    })
    expect(notes).toEqual(['it had no verdict yet'])

    const before = await asOf(app, '2026-05-01T00:00:00Z')
    expect([before.stood, before.known?.counts.high]).toEqual([null, 0])
    expect(before.notes).toContain('no feed had been adopted yet')
    expect(before.known?.coverage).toContainEqual(
      expect.objectContaining({ subject: 'feed Debian:12', status: 'no-data' }),
    )
  })

  test('the findings of then are those that the advisories of then give', async () => {
    const deps = { store: store(), policies: [], now: () => new Date(weekLater) }
    const listed = async (digest: Digest, at: string) =>
      (await findingsThen(digest, await momentAsked(at, deps), store())).map(
        ({ vulnerability, firstSeen, decision }) => [vulnerability, firstSeen, decision?.rule ?? null],
      )
    await adopt(morning, 'Debian:12 pad-source')
    await settle(morning, strictRules)
    await adopt(evening)
    const app = await push('app', nextDay, strictRules)
    expect(await listed(app, noon)).toEqual([['CVE-2026-0001', noon, 'high']])
    expect(await listed(app, '2')).toEqual([])
    await expect(findingsThen(digestOf('other'), await momentAsked('1', deps), store())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('what cannot be looked at is said: other words, the future, snapshots that never were or are no longer kept', async () => {
    const deps = { store: store(), policies: [], now: () => new Date(nextDay) }
    const asked = (text: string) => momentAsked(text, deps)
    await adopt(morning, 'Debian:12 pad-source')
    await expect(asked('yesterday')).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(asked(weekLater)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(asked('2')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'there never was a snapshot 2' })
    expect(await asked('2026-05-02')).toMatchObject({ time: '2026-05-02T00:00:00.000Z', gone: null })

    const app = await push('app', noon, strictRules)
    for (let number = 2; number <= 102; number++) await adopt(evening)
    const late = await push('late', nextDay, strictRules)
    const gone =
      'the advisories of snapshot 1 are no longer kept; kept are those since snapshot 2, adopted 2026-05-01T18:00:00.000Z'
    expect(await asOf(app, '1')).toMatchObject({ stood: { outcome: 'fail' }, known: null, agree: null, notes: [gone] })
    await expect(asOf(late, '1')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(gone) })
    await expect(findingsThen(app, await asked('1'), store())).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: gone,
    })
    expect((await asOf(app, '2')).known).toMatchObject({ outcome: 'pass' })
  })

  test('it was judged by the rules of then', async () => {
    await adopt(morning, 'Debian:12 pad-source')
    const app = await push('app', noon, strictRules)
    await settle(noon, strictRules)
    const by = exception('one', { vulnerabilities: ['CVE-2026-0001'], by: 'vex', until: null })
    const excepting = readyRules({ policies: [strict], exceptions: [by] })
    await settle(evening, excepting)
    const { items } = await store().verdicts.history(app, { limit: 10 })
    expect(items.map(({ outcome, cause }) => [outcome, cause])).toEqual([
      ['pass', 'vex one'],
      ['fail', 'first scan'],
    ])
    await settle(nextDay, strictRules)
    expect(names(await asOf(app, noon))).toEqual(['fail', 'fail', true])
    expect(names(await asOf(app, evening))).toEqual(['pass', 'pass', true])
    expect(names(await asOf(app, nextDay))).toEqual(['fail', 'fail', true])
    expect(await replays(app)).toEqual(['same ', 'same ', 'same '])
  })

  test('a scan that overtakes a re-evaluation tells its cause', async () => {
    await adopt(morning)
    const app = await push('app', morning, strictRules)
    await settle(morning, strictRules)
    await adopt(noon, 'Debian:12 pad-source')
    await push('app', noon, strictRules)
    await settle(noon, strictRules)
    const { items } = await store().verdicts.history(app, { limit: 10 })
    expect(items.map(({ outcome, cause }) => [outcome, cause])).toEqual([
      ['fail', 'advisory CVE-2026-0001 added'],
      ['pass', 'first scan'],
    ])
  })

  test('without a word about the rules of then, what the store had is asked, beside the configuration of today', async () => {
    await adopt(morning, 'Debian:12 pad-source')
    await push('app', noon, strictRules)
    const deps = { store: store(), policies: [strict], now: () => new Date(nextDay) }
    const moment = await momentAsked(noon, deps)
    expect(moment.rules.policies.map(({ policy: { name } }) => name)).toEqual(['strict'])
    expect(moment.notes).toEqual(['which policies the configuration had then is not known: judged by those of today'])
  })

  test('an image that newer catalogers read otherwise is replayed as it was read then, and that is said', async () => {
    await adopt(morning, 'Debian:12 pad-source')
    await settle(morning, strictRules)
    const app = await push('app', noon, strictRules)
    await push('app', evening, strictRules)
    expect(await replays(app)).toEqual(['same '])
    const secret = { rule: 'private-key', title: 'key', path: 'root/key', layer: 0, where: 'file', line: 1 } as const
    await push('app', nextDay, strictRules, {
      packages: [deb('pad', '2')],
      secrets: [{ ...secret, deletedInLayer: null, redacted: '' }],
      coverage: [],
    })
    expect(await replays(app)).toEqual(['same ', `same ${nextDay}`])
    const { stood, known, notes } = await asOf(app, noon)
    expect([stood?.outcome, known?.outcome]).toEqual(['fail', 'pass'])
    expect(notes).toEqual([
      `image inventoried anew on ${nextDay}: what would have been known is by its newer inventory`,
    ])
  })

  test('places and tags are those of then, and today’s where an image lay nowhere', async () => {
    const { sightings, images } = store()
    const app = await push('app', noon, strictRules)
    const team = { registry: 'hub', repository: 'team' }
    const placesAt = async (at?: string) => (await images.facts(app, at))?.places
    await sightings.observe(team, app, 'prod', noon)
    await sightings.observe({ ...team, repository: 'other' }, app, null, nextDay)
    await sightings.observe(team, digestOf('next'), 'prod', evening)
    expect(await placesAt(morning)).toEqual([])
    expect(await placesAt(noon)).toEqual([{ ...team, tags: ['prod'] }])
    expect(await placesAt(evening)).toEqual([{ ...team, tags: [] }])
    expect(await placesAt(nextDay)).toEqual(await placesAt())
    expect((await sightings.resolveAt(team, 'prod', noon))?.digest).toBe(app)
    expect((await sightings.resolveAt(team, 'prod', nextDay))?.digest).toBe(digestOf('next'))
    expect(await sightings.resolveAt(team, 'prod', morning)).toBeUndefined()
    await adopt(morning)
    expect((await asOf(app, morning)).notes).toContain('it lay nowhere then: judged as where it lies now')
  })

  test('a decision that another version put into other words is told from another decision', async () => {
    const { verdicts } = store()
    await adopt(morning, 'Debian:12 pad-source')
    const app = await push('app', noon, strictRules)
    const id = (await verdicts.history(app, { limit: 1 })).items[0]!.id
    const { verdict: stored, by } = (await verdicts.made(app, id))!
    const replayed = async (stands: typeof stored) =>
      (await replayVerdict(app, id, { verdicts: { made: async () => ({ verdict: stands, by }) } })).result
    const reasons = stored.reasons.map((reason) => ({ ...reason, message: 'one too many' }))
    expect(await replayed({ ...stored, reasons })).toBe('reworded')
    expect(await replayed({ ...stored, reasons: [] })).toBe('different')
    expect(await replayed({ ...stored, outcome: 'pass' })).toBe('different')
  })

  test('a verdict from before its making was kept cannot be replayed', async () => {
    const { images, verdicts } = store()
    await images.save(scan('old'))
    await verdicts.save(verdict(digestOf('old')))
    expect(await replays(digestOf('old'))).toEqual(['not-kept '])
    await expect(replayVerdict(digestOf('old'), 99, store())).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
}
