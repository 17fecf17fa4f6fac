import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { builtInRules } from '../../test/support/rules.ts'
import { npm, scan } from '../../test/support/store-records.ts'
import { zipOf } from '../../test/support/zip.ts'
import { epss } from '../adapters/feeds/epss.ts'
import { osvFeed } from '../adapters/feeds/osv.ts'
import type { AdvisoryFeed, Feed } from '../adapters/feeds/feed.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { Store } from '../adapters/store/store.ts'
import { createLog } from '../log.ts'
import { refreshFeeds, type FeedSource } from './refresh-feeds.ts'

const log = createLog('silent')
const rules = async () => builtInRules
const now = () => new Date('2024-05-01T00:00:00Z')
const { signal } = new AbortController()

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-refresh-'))
  store = await createStore({ url: join(folder, 'store.db') })
  await store.migrate()
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

/** A record over one npm package, below 1.2.3 unless said. */
const record = (id: string, name: string, fixed = '1.2.3') =>
  JSON.stringify({
    id,
    modified: '2024-01-01T00:00:00Z',
    affected: [
      { package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] },
    ],
  })

async function publish(feed: string, archives: Record<string, Record<string, string> | Buffer>): Promise<AdvisoryFeed> {
  for (const [ecosystem, files] of Object.entries(archives)) {
    await mkdir(join(folder, feed, ecosystem), { recursive: true })
    await writeFile(join(folder, feed, ecosystem, 'all.zip'), Buffer.isBuffer(files) ? files : zipOf(files))
  }
  return osvFeed({ name: feed, location: join(folder, feed) })
}

const sourceOf = (feed: Feed): FeedSource => ({ mirrors: [feed], maxLoss: 0.2 })
const refresh = (...feeds: readonly Feed[]) => refreshFeeds(feeds.map(sourceOf), { store, log, rules, now }, signal)
const idsFor = async (name: string) =>
  ((await store.feeds.naming([`npm\t${name}`])).get(`npm\t${name}`) ?? []).map(({ id }) => id)

test('adopts a first snapshot, and tells what it holds', async () => {
  const feed = await publish('osv', { npm: { 'A-1.json': record('A-1', 'a'), 'B-1.json': record('B-1', 'b') } })
  const { snapshot, changes, failed } = await refresh(feed)
  expect({ changes, failed }).toEqual({
    changes: [{ feed: 'osv', added: 2, changed: 0, removed: 0, skipped: 0 }],
    failed: [],
  })
  expect(snapshot).toMatchObject({
    number: 1,
    adoptedAt: '2024-05-01T00:00:00.000Z',
    feeds: [
      { name: 'osv', advisories: 2, ecosystems: { npm: 2 }, skipped: 0, problems: [], location: join(folder, 'osv') },
    ],
  })
  expect(await idsFor('a')).toEqual(['A-1'])
})

test('writes only what changed, and nothing where nothing did', async () => {
  await refresh(
    await publish('osv', {
      npm: { 'A.json': record('A-1', 'a'), 'B.json': record('B-1', 'b'), 'C.json': record('C-1', 'c') },
    }),
  )
  const second = await publish('osv', {
    npm: { 'A.json': record('A-1', 'a'), 'B.json': record('B-1', 'b', '2.0.0'), 'D.json': record('D-1', 'd') },
  })
  const { snapshot, changes } = await refresh(second)
  expect([snapshot?.number, changes]).toEqual([2, [{ feed: 'osv', added: 1, changed: 1, removed: 1, skipped: 0 }]])
  expect([await idsFor('a'), await idsFor('c'), await idsFor('d')]).toEqual([['A-1'], [], ['D-1']])

  const third = await refresh(second)
  expect([third.snapshot?.number, third.changes]).toEqual([
    2,
    [{ feed: 'osv', added: 0, changed: 0, removed: 0, skipped: 0 }],
  ])
})

test('the same records in new files confirm the snapshot in force', async () => {
  const files = { npm: { 'A.json': record('A-1', 'a') } }
  const first = await refresh(await publish('osv', files))
  const { snapshot } = await refresh(await publish('osv', files))
  expect(snapshot?.number).toBe(1)
  expect(snapshot?.feeds[0]?.fingerprint).not.toBe(first.snapshot?.feeds[0]?.fingerprint)
})

test('an ecosystem that did not change stays, one that is gone goes', async () => {
  await refresh(
    await publish('osv', {
      npm: { 'A.json': record('A-1', 'a') },
      other: { 'B.json': record('B-1', 'b') },
      gone: { 'C.json': record('C-1', 'c') },
    }),
  )
  await rm(join(folder, 'osv', 'gone'), { recursive: true })
  const { changes } = await refresh(await publish('osv', { other: { 'D.json': record('D-1', 'd') } }))
  expect(changes).toEqual([{ feed: 'osv', added: 1, changed: 0, removed: 2, skipped: 0 }])
  expect([await idsFor('a'), await idsFor('b'), await idsFor('c'), await idsFor('d')]).toEqual([
    ['A-1'],
    [],
    [],
    ['D-1'],
  ])
})

test('skips broken records, tells which, and keeps what it knew at their path', async () => {
  const good = { 'A.json': record('A-1', 'a'), 'B.json': record('B-1', 'b'), 'C.json': record('C-1', 'c') }
  await refresh(await publish('osv', { npm: good }))
  const { snapshot, changes } = await refresh(
    await publish('osv', {
      npm: { ...good, 'B.json': '{"id":"B-1"', 'C.json': record('C-1', 'c', '9.0.0'), 'D.json': '{}' },
    }),
  )
  expect(changes).toEqual([{ feed: 'osv', added: 0, changed: 1, removed: 0, skipped: 2 }])
  expect(snapshot?.feeds[0]).toMatchObject({
    skipped: 2,
    problems: ['npm/B.json: is not JSON', 'npm/D.json: id is missing or no text'],
  })
  expect(await idsFor('b')).toEqual(['B-1'])
})

test('a feed that fails half way is reported, and nothing of it is adopted; the others are', async () => {
  const osv = await publish('osv', { npm: { 'A.json': record('A-1', 'a') } })
  await refresh(osv)
  await publish('osv', {
    npm: { 'A.json': record('A-1', 'a', '9.0.0'), 'B.json': record('B-1', 'b') },
    zzz: Buffer.from('no archive'),
  })
  const own = await publish('own', { npm: { 'O.json': record('O-1', 'o') } })
  const { snapshot, changes, failed } = await refresh(osv, own)
  expect(changes).toEqual([{ feed: 'own', added: 1, changed: 0, removed: 0, skipped: 0 }])
  expect(failed).toMatchObject([{ feed: 'osv', code: 'FEED_INVALID' }])
  expect(snapshot?.feeds.map(({ name, advisories }) => [name, advisories])).toEqual([
    ['osv', 1],
    ['own', 1],
  ])
  expect([await idsFor('a'), await idsFor('b'), await idsFor('o')]).toEqual([['A-1'], [], ['O-1']])
})

test('refuses a folder of other JSON', async () => {
  const { snapshot, failed } = await refresh(
    await publish('osv', { npm: { 'a.json': '{}', 'b.json': '[]', 'c.json': record('C-1', 'c') } }),
  )
  expect(snapshot).toBeUndefined()
  expect(failed).toEqual([
    {
      feed: 'osv',
      code: 'FEED_INVALID',
      error:
        '2 of 3 records of feed osv cannot be understood, nothing of it is adopted; first npm/a.json: id is missing or no text',
    },
  ])
})

test('reads again what an older parser read', async () => {
  const feed = await publish('osv', { npm: { 'A.json': record('A-1', 'a') } })
  await refresh(feed)
  const { snapshot, changes } = await refresh({ ...feed, version: feed.version + 1 })
  expect([snapshot?.number, changes[0]?.changed]).toEqual([2, 1])
})

test('tries the mirrors in their order, and tells what each of them said', async () => {
  const good = await publish('osv', { npm: { 'A.json': record('A-1', 'a') } })
  const gone = osvFeed({ name: 'osv', location: join(folder, 'gone') })
  const mirrored = (...mirrors: Feed[]) => refreshFeeds([{ mirrors, maxLoss: 0.2 }], { store, log, rules, now }, signal)
  expect((await mirrored(gone, good)).changes).toEqual([{ feed: 'osv', added: 1, changed: 0, removed: 0, skipped: 0 }])
  const { failed } = await mirrored(gone, osvFeed({ name: 'osv', location: join(folder, 'lost') }))
  expect(failed.map(({ error }) => error.replaceAll(folder, ''))).toEqual([
    'the feed cannot be read at /gone: ENOENT; the feed cannot be read at /lost: ENOENT',
  ])
})

describe('the gate', () => {
  const many = (count: number, fixed?: string) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`${index}.json`, record(`A-${index}`, `a${index}`, fixed)]),
    )

  test('holds back a state that lost much, until an operator wants it', async () => {
    await refresh(await publish('osv', { npm: many(100) }))
    const fallen = await publish('osv', { npm: many(79) })
    const { snapshot, changes, held } = await refresh(fallen)
    expect([snapshot?.number, changes]).toEqual([1, []])
    const reasons = ['all records: 100 before, 79 now (-21 %)', 'npm: 100 before, 79 now (-21 %)']
    const effect = { packages: 0, opened: 0, closed: 0, images: 0, flips: {}, partial: false }
    expect(held).toMatchObject([{ feed: 'osv', removed: 21, reasons, effect, approved: false }])
    expect(await store.feeds.candidates()).toEqual(held)
    expect(await idsFor('a99')).toEqual(['A-99'])

    expect((await refresh(fallen)).held).toEqual(held)
    await store.feeds.approve('osv')
    expect((await refresh(fallen)).snapshot?.number).toBe(2)
    expect([await store.feeds.candidates(), await idsFor('a99')]).toEqual([[], []])
  })

  test('holds back anew what is not what the operator saw', async () => {
    await refresh(await publish('osv', { npm: many(100) }))
    await refresh(await publish('osv', { npm: many(79) }))
    await store.feeds.approve('osv')
    const { held } = await refresh(await publish('osv', { npm: many(10) }))
    expect(held).toMatchObject([{ removed: 90, approved: false }])
  })

  test('forgets what it held back when the source is whole again', async () => {
    await refresh(await publish('osv', { npm: many(100) }))
    await refresh(await publish('osv', { npm: many(10) }))
    const { held, snapshot } = await refresh(await publish('osv', { npm: many(101) }))
    expect([held, snapshot?.number, await store.feeds.candidates()]).toEqual([[], 2, []])
  })

  test('holds back an archive without records, and one whose records cannot be understood', async () => {
    await refresh(await publish('osv', { npm: many(100) }))
    const empty = await refresh(await publish('osv', { npm: { 'README.md': '' } }))
    expect(empty.held[0]?.reasons).toContain('it has no records at all')
    const broken = Object.fromEntries(Object.keys(many(30)).map((path) => [path, '{']))
    const { held, snapshot } = await refresh(await publish('osv', { npm: { ...many(100), ...broken } }))
    expect(held[0]?.reasons).toEqual(['30 of 100 records cannot be understood'])
    expect(snapshot?.feeds[0]?.records).toBe(100)
  })

  test('is open where the feed has none', async () => {
    await refresh(await publish('osv', { npm: many(100) }))
    const mirrors = [await publish('osv', { npm: many(1) })]
    const { snapshot } = await refreshFeeds([{ mirrors, maxLoss: null }], { store, log, rules, now }, signal)
    expect([snapshot?.number, snapshot?.feeds[0]?.records]).toEqual([2, 1])
  })

  test('tells what the new state would open and close', async () => {
    await refresh(await publish('osv', { npm: many(100, '0.5.0') }))
    await store.images.save(scan('image', [npm('a1', '1.0.0'), npm('a2', '0.1.0'), npm('other')]))
    const next = {
      ...many(60, '0.5.0'),
      '1.json': record('A-1', 'a1', '2.0.0'),
      '2.json': record('A-2', 'a2', '0.1.0'),
    }
    const { held } = await refresh(await publish('osv', { npm: next }))
    expect(held[0]?.effect).toEqual({ packages: 2, opened: 1, closed: 1, images: 0, flips: {}, partial: false })
  })
})

test('facts come, change and go with snapshots of their own', async () => {
  const location = join(folder, 'epss.csv')
  const feed = epss.open({ name: 'epss', location })
  const scores = (...rows: string[]) => writeFile(location, ['cve,epss,percentile', ...rows, ''].join('\n'))
  await scores('CVE-2024-1000,0.1,0.5', 'CVE-2024-1001,0.2,0.6')
  expect((await refresh(feed)).changes).toEqual([{ feed: 'epss', added: 2, changed: 0, removed: 0, skipped: 0 }])
  await scores('CVE-2024-1000,0.3,0.7', 'CVE-2024-1002,0.2,0.6', 'broken')
  const { snapshot, changes } = await refresh(feed)
  expect(changes).toEqual([{ feed: 'epss', added: 1, changed: 1, removed: 1, skipped: 1 }])
  expect(snapshot?.feeds[0]).toMatchObject({ kind: 'epss', records: 2, advisories: 0, skipped: 1 })
  const keys = ['CVE-2024-1000', 'CVE-2024-1001', 'CVE-2024-1002']
  expect([...(await store.feeds.facts('epss', keys)).keys()].sort()).toEqual(['CVE-2024-1000', 'CVE-2024-1002'])
  expect((await store.feeds.facts('epss', keys, 1)).get('CVE-2024-1000')).toEqual({ score: 0.1 })
})

test('since when a feed fails is kept, until it can be read again', async () => {
  const feed = await publish('osv', { npm: { 'A.json': record('A-1', 'a') } })
  const at = (time: string) => refreshFeeds([sourceOf(feed)], { store, log, rules, now: () => new Date(time) }, signal)
  await at('2024-05-01T00:00:00Z')
  await rm(join(folder, 'osv'), { recursive: true })
  await at('2024-05-02T00:00:00Z')
  await at('2024-05-09T00:00:00Z')
  const failing = { feed: 'osv', attemptedAt: '2024-05-09T00:00:00.000Z', failingSince: '2024-05-02T00:00:00.000Z' }
  expect(await store.feeds.health()).toMatchObject([{ ...failing, code: 'FEED_UNAVAILABLE' }])
  await publish('osv', { npm: { 'A.json': record('A-1', 'a') } })
  await at('2024-05-10T00:00:00Z')
  expect(await store.feeds.health()).toMatchObject([{ failingSince: null, code: null, error: null }])
})

test('leaves it to the other where two begin at once', async () => {
  const feed = await publish('osv', { npm: { 'A.json': record('A-1', 'a') } })
  const both = await Promise.all([refresh(feed), refresh(feed)])
  expect(both.map(({ changes }) => changes.length).sort((a, b) => a - b)).toEqual([0, 1])
})

test('stops when it is aborted, and changes nothing', async () => {
  const controller = new AbortController()
  const files = Object.fromEntries(
    Array.from({ length: 1200 }, (_, index) => [`${index}.json`, record(`A-${index}`, 'a')]),
  )
  const feed = await publish('osv', { npm: files })
  const parse: AdvisoryFeed['parse'] = (found, note) => {
    if (found.path.endsWith('/700.json')) controller.abort()
    return feed.parse(found, note)
  }
  await expect(
    refreshFeeds([sourceOf({ ...feed, parse })], { store, log, rules, now }, controller.signal),
  ).rejects.toMatchObject({
    name: 'AbortError',
  })
  expect(await store.feeds.current()).toBeUndefined()
  expect((await refresh(feed)).changes[0]?.added).toBe(1200)
})
