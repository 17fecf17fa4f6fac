import { afterEach, beforeEach, expect, test } from 'vitest'
import { builtInRules } from '../../test/support/rules.ts'
import { deb, feed, npm, scan } from '../../test/support/store-records.ts'
import { createStore, type OpenStore } from '../adapters/store/create-store.ts'
import type { FeedEntry } from '../adapters/store/records.ts'
import type { FeedTransaction } from '../adapters/store/store.ts'
import { digestOf } from '../core/image/digest.ts'
import { parseOsv } from '../core/match/osv.ts'
import type { Outcome } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import { foreseeEffect } from './foresee-effect.ts'
import { judgeAsOfNow } from './judge-as-of-now.ts'
import { reevaluate } from './reevaluate.ts'
import { snapshotWith } from './refresh-feeds.ts'

const now = () => new Date('2026-05-01T00:00:00Z')
const signal = new AbortController().signal
const rules = async (): Promise<Rules> => builtInRules

let store: OpenStore
beforeEach(async () => {
  store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
})
afterEach(() => store.close())

/** A number below `limit` that is the same for the same words. */
const pick = (words: string, limit: number): number => Number.parseInt(digestOf(words).slice(7, 15), 16) % limit

function record(id: string, ecosystem: string, name: string, seed: string): FeedEntry {
  const fixed = pick(`${seed} has fix`, 4) === 0 ? [] : [{ fixed: `${1 + pick(`${seed} fixed`, 3)}.0.0` }]
  const ranges = [{ type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', events: [{ introduced: '0' }, ...fixed] }]
  const severity = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'][pick(`${seed} severity`, 4)]
  const affected = [{ package: { ecosystem, name }, ranges }]
  const text = JSON.stringify({ id, published: '2026-04-20T00:00:00Z', affected, database_specific: { severity } })
  return { path: `${id}.json`, hash: digestOf(text), advisory: parseOsv(text, () => undefined)! }
}

const stateIn = async (transaction: FeedTransaction) => feed('osv', await transaction.count('osv'))

async function adopt(entries: readonly FeedEntry[], gone: readonly string[] = []): Promise<void> {
  const transaction = await store.feeds.begin()
  await transaction.put('osv', entries)
  await transaction.remove('osv', gone)
  await transaction.adopt([await stateIn(transaction)], now().toISOString())
}

async function foresee(entries: readonly FeedEntry[], gone: readonly string[]) {
  const transaction = await store.feeds.begin()
  await transaction.put('osv', entries)
  await transaction.remove('osv', gone)
  const snapshot = snapshotWith(await stateIn(transaction), await store.feeds.current(), transaction, now())
  const foreseen = await foreseeEffect(transaction, snapshot, { store, rules, now }, signal)
  await transaction.discard()
  return foreseen
}

const digests = Array.from({ length: 30 }, (_, index) => digestOf(`image ${index}`))
const outcomes = () => Promise.all(digests.map(async (one) => (await store.verdicts.current(one))!.outcome))

async function storeFleet(seed: string): Promise<void> {
  for (const [index, digest] of digests.entries()) {
    const own = Array.from({ length: 1 + pick(`${seed} ${index}`, 4) }, (_, at) => `${seed} ${index} ${at}`)
    const packages = own.map((one) => npm(`pad-${pick(`${one} name`, 8)}`, `${1 + pick(`${one} version`, 3)}.0.0`))
    const unique = [...new Map(packages.map((one) => [one.purl, one])).values()]
    const system = pick(`${seed} ${index} system`, 3) === 0 ? [deb('bash', '1.0.0')] : []
    await store.images.save(scan(`image ${index}`, [...unique, ...system], { distro: null }))
    await judgeAsOfNow(digest, { store, rules, now }, signal)
  }
}

test.each(['one', 'two', 'three', 'four'])(
  'foresees the flips that adopting then brings, nothing is written before (fleet %s)',
  async (seed) => {
    const first = Array.from({ length: 12 }, (_, index) =>
      record(`GHSA-${index}`, 'npm', `pad-${pick(`${seed} first ${index}`, 8)}`, `${seed} first ${index}`),
    )
    await adopt([...first, record('DEBIAN-CVE-1', 'Debian:12', 'bash-source', `${seed} deb`)])
    await storeFleet(seed)
    // One fleet was only scanned so far, the others were brought to the feed in force by re-evaluation.
    if (seed !== 'four') await reevaluate('feed', { store, rules, now, announce: async () => {} }, signal)

    const next = Array.from({ length: 4 }, (_, index) =>
      record(`GHSA-${index * 3}`, 'npm', `pad-${pick(`${seed} next ${index}`, 8)}`, `${seed} next ${index}`),
    )
    const gone = ['GHSA-1.json', 'GHSA-2.json']
    const before = await outcomes()
    const { effect, changed } = await foresee(next, gone)
    expect(await outcomes()).toEqual(before)

    await adopt(next, gone)
    await reevaluate('feed', { store, rules, now, announce: async () => {} }, signal)
    const after = await outcomes()
    const flips = new Map<string, number>()
    for (const [index, outcome] of after.entries()) {
      if (outcome === before[index]) continue
      const flip: `${Outcome} → ${Outcome}` = `${before[index]!} → ${outcome}`
      flips.set(flip, (flips.get(flip) ?? 0) + 1)
    }
    expect(flips.size).toBeGreaterThan(0)
    expect(effect).toMatchObject({ flips: Object.fromEntries(flips), partial: false })
    expect(new Map(changed.map((image) => [image.digest, image.after]))).toEqual(
      new Map(digests.flatMap((digest, index) => (after[index] === before[index] ? [] : [[digest, after[index]!]]))),
    )
  },
)

test('a feed that loses an ecosystem turns images inconclusive that it never named', async () => {
  await adopt([record('GHSA-1', 'npm', 'pad', 'a'), record('DEBIAN-CVE-1', 'Debian:12', 'other', 'b')])
  await store.images.save(scan('plain', [deb('bash')], { distro: null }))
  await judgeAsOfNow(digestOf('plain'), { store, rules, now }, signal)
  const { effect, changed } = await foresee([], ['DEBIAN-CVE-1.json'])
  expect(effect).toEqual({
    packages: 0,
    opened: 0,
    closed: 0,
    images: 1,
    flips: { 'pass → inconclusive': 1 },
    partial: false,
  })
  expect(changed[0]?.wouldBe[0]?.message).toContain('feed Debian:12 (NO_ADVISORIES)')
})
