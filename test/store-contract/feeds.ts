import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { packageKey } from '../../src/core/match/advisory-key.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { entry, evening, feed, noon } from '../support/store-records.ts'

const openssl = packageKey('Debian:12', 'openssl')
const pad = packageKey('npm', 'pad')

export function describeFeeds(under: () => StoreUnderTest): void {
  const feeds = () => under().store.feeds

  const ids = async (...keys: string[]) => {
    const named = await feeds().naming(keys)
    return Object.fromEntries([...named].map(([key, advisories]) => [key, advisories.map(({ id }) => id)]))
  }

  /** Puts the entries in force as the next snapshot. */
  async function adopted(...entries: ReturnType<typeof entry>[]): Promise<void> {
    const next = await feeds().begin()
    await next.put('osv', entries)
    await next.adopt([feed('osv')], noon)
  }

  test('has no snapshot, advisory or hash before the first', async () => {
    expect(await feeds().current()).toBeUndefined()
    expect(await feeds().snapshots({ limit: 10 })).toEqual({ items: [], next: null })
    expect(await feeds().hashes('osv')).toEqual(new Map())
    expect(await feeds().naming([openssl])).toEqual(new Map())
    expect(await feeds().naming([])).toEqual(new Map())
  })

  test('a snapshot is seen by nobody until it is adopted, and then all of it', async () => {
    const first = entry('Debian/A-1.json', ['Debian:12 openssl', 'Debian:11 openssl', 'Debian:12 openssl'])
    await adopted(first, entry('Debian/A-2.json', ['Debian:12 openssl']))
    const changed = entry('Debian/A-1.json', ['npm pad'], { modified: evening })

    const next = await feeds().begin()
    expect(next.number).toBe(2)
    await next.put('osv', [changed, entry('Debian/A-3.json', ['npm pad'])])
    await next.remove('osv', ['Debian/A-2.json', 'Debian/unknown.json'])
    expect(await ids(openssl, pad)).toEqual({ [openssl]: ['A-1', 'A-2'] })
    expect(await feeds().advisory('A-1')).toEqual([first.advisory])
    expect([...(await feeds().hashes('osv')).keys()]).toEqual(['Debian/A-1.json', 'Debian/A-2.json'])

    await next.adopt([feed('osv')], evening)
    expect(await ids(openssl, pad)).toEqual({ [pad]: ['A-1', 'A-3'] })
    expect(await feeds().advisory('A-1')).toEqual([changed.advisory])
    expect(await feeds().advisory('A-2')).toEqual([])
    expect((await feeds().hashes('osv')).get('Debian/A-1.json')).toBe(changed.hash)
    expect(await feeds().hashes('other')).toEqual(new Map())
  })

  test('what a killed import left behind is cleared by the next', async () => {
    await adopted(entry('A-1.json', ['npm pad']), entry('A-2.json', ['npm pad']))
    const killed = await feeds().begin()
    await killed.put('osv', [entry('A-1.json', ['npm other']), entry('A-3.json', ['npm pad'])])
    await killed.remove('osv', ['A-2.json'])

    const next = await feeds().begin()
    expect(next.number).toBe(killed.number)
    expect(await next.count('osv')).toEqual({ advisories: 2, ecosystems: { npm: 2 } })
    await next.adopt([], evening)
    expect(await ids(pad, packageKey('npm', 'other'))).toEqual({ [pad]: ['A-1', 'A-2'] })
  })

  test('an import that another one overtook changes nothing', async () => {
    await adopted(entry('A-1.json', ['npm pad']))
    const lost = await feeds().begin()
    await lost.put('osv', [entry('A-2.json', ['npm pad'])])
    const next = await feeds().begin()
    await next.put('osv', [entry('A-3.json', ['npm pad'])])
    const fact = { key: 'CVE-2024-0001', value: '{"score":0.1,"percentile":0.2}' }
    await next.putFacts('epss', 'epss', [fact])

    const refusal = { code: 'STORE_UNAVAILABLE', message: expect.stringMatching('another one has begun') }
    const late = [
      () => lost.put('osv', [entry('A-4.json', ['npm pad'])]),
      () => lost.remove('osv', ['A-1.json', 'A-3.json']),
      () => lost.putFacts('epss', 'epss', [{ ...fact, key: 'CVE-2024-0002' }]),
      () => lost.removeFacts('epss', [fact.key]),
      () => lost.discard(),
      () => lost.adopt([], evening),
    ]
    for (const write of late) await expect(write()).rejects.toMatchObject(refusal)
    await next.adopt([feed('osv')], evening)
    for (const write of late) await expect(write()).rejects.toMatchObject(refusal)
    expect((await feeds().current())?.number).toBe(2)
    expect(await ids(pad)).toEqual({ [pad]: ['A-1', 'A-3'] })
    expect(await feeds().factsOf('epss')).toEqual(new Map([[fact.key, fact.value]]))
  })

  test('what an import writes while another begins is either cleared or refused', async () => {
    await adopted(entry('A-1.json', ['npm pad']))
    const lost = await feeds().begin()
    const writes = Array.from({ length: 20 }, (_, i) => lost.put('osv', [entry(`B-${i}.json`, ['npm pad'])]))
    const [next] = await Promise.all([feeds().begin(), Promise.allSettled(writes)])
    await next.adopt([feed('osv')], evening)
    expect(await ids(pad)).toEqual({ [pad]: ['A-1'] })
  })

  test('the last of several changes within a snapshot counts', async () => {
    await adopted(entry('A-1.json', ['npm pad']))
    const next = await feeds().begin()
    const last = entry('A-1.json', ['npm pad'], { summary: 'last' })
    await next.put('osv', [entry('A-1.json', ['npm pad'], { summary: 'first' })])
    await next.put('osv', [entry('A-1.json', ['npm pad'], { summary: 'second' }), last])
    await next.put('osv', [last])
    await next.put('osv', [entry('A-2.json', ['npm pad'])])
    await next.remove('osv', ['A-2.json'])
    await next.put('osv', [])
    await next.adopt([], evening)
    expect(await feeds().advisory('A-1')).toEqual([last.advisory])
    expect(await ids(pad)).toEqual({ [pad]: ['A-1'] })
  })

  test('keeps the same id of several folders and feeds apart', async () => {
    const next = await feeds().begin()
    await next.put('osv', [entry('8/A-1.json', ['AlmaLinux:8 tar']), entry('9/A-1.json', ['AlmaLinux:9 tar'])])
    await next.put('own', [entry('8/A-1.json', ['AlmaLinux:8 tar'], { summary: 'own' })])
    await next.adopt([feed('osv'), feed('own')], noon)
    expect((await feeds().advisory('A-1')).map(({ summary }) => summary)).toEqual([null, null, 'own'])
    expect(await ids(packageKey('AlmaLinux:8', 'tar'))).toEqual({ [packageKey('AlmaLinux:8', 'tar')]: ['A-1', 'A-1'] })
  })

  test('finds what rates a vulnerability by any of its ids, in force and not withdrawn', async () => {
    const ratings = [{ source: 'database', severity: 'high', score: null, vector: null }] as const
    const rating = async () => {
      const found = await feeds().rating(['CVE-2024-0001', 'GHSA-1', 'CVE-2024-0002'])
      return Object.fromEntries([...found].map(([id, advisories]) => [id, advisories.map((advisory) => advisory.id)]))
    }
    const aliases = ['CVE-2024-0001']
    await adopted(
      entry('GHSA-1.json', ['npm pad'], { aliases, ratings }),
      entry('A-2.json', [], { aliases, ratings }),
      entry('A-3.json', ['npm pad'], { aliases: ['CVE-2024-0002'] }),
    )
    expect(await rating()).toEqual({ 'CVE-2024-0001': ['GHSA-1', 'A-2'], 'GHSA-1': ['GHSA-1'] })
    await adopted(entry('GHSA-1.json', ['npm pad'], { aliases, ratings, withdrawn: noon }))
    expect(await rating()).toEqual({ 'CVE-2024-0001': ['A-2'] })
  })

  test('says where the records of an id lie', async () => {
    const next = await feeds().begin()
    await next.put('osv', [entry('9/A-1.json', ['AlmaLinux:9 tar']), entry('8/A-1.json', ['AlmaLinux:8 tar'])])
    await next.put('own', [entry('A-1.json', [])])
    await next.adopt([feed('osv'), feed('own')], noon)
    const places = [
      { feed: 'osv', path: '8/A-1.json' },
      { feed: 'osv', path: '9/A-1.json' },
      { feed: 'own', path: 'A-1.json' },
    ]
    expect(await feeds().origins(['A-1', 'A-2'])).toEqual(new Map([['A-1', places]]))
  })

  test('counts advisories by ecosystem as they will be, without withdrawn ones', async () => {
    await adopted(entry('A-1.json', ['npm pad']), entry('A-2.json', ['Debian:12 tar', 'Debian:11 tar']))
    const next = await feeds().begin()
    await next.put('osv', [
      entry('A-3.json', ['Debian:12 tar', 'Debian:12 openssl']),
      entry('A-4.json', ['npm pad'], { withdrawn: noon }),
      entry('A-5.json', []),
    ])
    await next.remove('osv', ['A-1.json'])
    expect(await next.count('osv')).toEqual({ advisories: 3, ecosystems: { 'Debian:11': 1, 'Debian:12': 2 } })
    expect(await next.count('other')).toEqual({ advisories: 0, ecosystems: {} })
    await next.adopt([], noon)
    expect((await feeds().naming([pad])).get(pad)?.map(({ withdrawn }) => withdrawn)).toEqual([noon])
  })

  test('a snapshot replaces the states of the feeds that it names', async () => {
    const first = await feeds().begin()
    expect(await first.adopt([feed('osv'), feed('own')], noon)).toEqual({
      number: 1,
      adoptedAt: noon,
      feeds: [feed('osv'), feed('own')],
    })
    const second = await feeds().begin()
    await second.adopt([feed('osv', { fingerprint: 'f2' })], evening)
    expect((await feeds().current())?.feeds).toEqual([feed('own'), feed('osv', { fingerprint: 'f2' })])

    await feeds().confirm(feed('own', { fetched: evening }))
    const current = await feeds().current()
    expect(current).toEqual({
      number: 2,
      adoptedAt: evening,
      feeds: [feed('own', { fetched: evening }), feed('osv', { fingerprint: 'f2' })],
    })
    const newest = await feeds().snapshots({ limit: 1 })
    expect(newest.items).toEqual([current])
    const older = await feeds().snapshots({ limit: 1, cursor: newest.next! })
    expect(older).toEqual({ items: [expect.objectContaining({ number: 1 })], next: null })
  })

  test('tells what is another at one snapshot than at an earlier one', async () => {
    await adopted(
      entry('a/A-1.json', ['npm pad']),
      entry('a/A-2.json', ['npm two']),
      entry('a/A-3.json', ['npm three']),
    )
    const next = await feeds().begin()
    await next.put('osv', [
      entry('a/A-1.json', ['npm pad', 'npm more']),
      entry('a/A-2.json', ['npm two'], { modified: evening }),
      entry('a/A-4.json', ['npm four']),
    ])
    await next.remove('osv', ['a/A-3.json'])
    await next.putFacts('kev', 'kev', [{ key: 'CVE-2024-1', value: '{}' }])
    expect((await next.touched()).toSorted()).toEqual(['npm\tfour', 'npm\tmore', 'npm\tpad', 'npm\tthree'])
    await next.adopt([feed('osv'), feed('kev', { kind: 'kev' })], evening)

    const record = (path: string, change: string, ...aspects: string[]) => {
      return { feed: 'osv', path, id: path.slice(2, -5), change, aspects }
    }
    const second = [
      { feed: 'kev', path: 'CVE-2024-1', id: 'CVE-2024-1', change: 'added', aspects: [] },
      record('a/A-1.json', 'changed', 'ranges'),
      record('a/A-2.json', 'changed', 'text'),
      record('a/A-3.json', 'removed'),
      record('a/A-4.json', 'added'),
    ]
    expect(await feeds().diff(1, 2, null, { limit: 10 })).toEqual({ items: second, next: null })
    const page = await feeds().diff(1, 2, null, { limit: 3 })
    expect(page.items).toEqual(second.slice(0, 3))
    expect((await feeds().diff(1, 2, null, { limit: 3, cursor: page.next! })).items).toEqual(second.slice(3))
    expect((await feeds().diff(1, 2, 'kev', { limit: 10 })).items).toEqual(second.slice(0, 1))

    const third = await feeds().begin()
    await third.put('osv', [entry('a/A-1.json', ['npm pad', 'npm more'], { withdrawn: noon })])
    await third.remove('osv', ['a/A-4.json'])
    await third.removeFacts('kev', ['CVE-2024-1'])
    await third.adopt([], evening)
    expect((await feeds().diff(1, 3, null, { limit: 10 })).items).toEqual([
      record('a/A-1.json', 'withdrawn', 'ranges', 'withdrawn'),
      record('a/A-2.json', 'changed', 'text'),
      record('a/A-3.json', 'removed'),
    ])
    expect(await feeds().changes(2, 3)).toEqual({
      packageKeys: expect.toSatisfy((keys: string[]) => keys.toSorted().join() === 'npm\tfour,npm\tmore,npm\tpad'),
      rated: [],
      kev: ['CVE-2024-1'],
      epss: [],
    })
  })

  test('what is no longer known of snapshots is said', async () => {
    await adopted(entry('A-1.json', ['npm pad']))
    for (let number = 2; number <= 102; number++) await (await feeds().begin()).adopt([], noon)
    expect(await feeds().changes(1, 102)).toBeUndefined()
    const diff = (from: number, to: number) => feeds().diff(from, to, null, { limit: 10 })
    await expect(diff(1, 102)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'there is no snapshot 1 to compare: there are 2 to 102',
    })
    await expect(diff(2, 103)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(diff(5, 4)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'snapshot 5 is later than 4; name the earlier one first',
    })
    expect((await diff(2, 102)).items).toEqual([])
    expect((await diff(0, 102)).items).toMatchObject([{ path: 'A-1.json', change: 'added' }])
    expect(await feeds().changes(2, 102)).toEqual({ packageKeys: [], rated: [], kev: [], epss: [] })
  })

  test('facts are given up, and cleared, like advisories', async () => {
    const first = await feeds().begin()
    await first.putFacts('epss', 'epss', [{ key: 'CVE-1', value: '1' }])
    await first.putFacts('epss', 'epss', [
      { key: 'CVE-1', value: '2' },
      { key: 'CVE-2', value: '2' },
    ])
    expect(await first.countFacts('epss')).toBe(2)
    await first.adopt([feed('epss', { kind: 'epss' })], noon)
    const given = await feeds().begin()
    await given.putFacts('epss', 'epss', [{ key: 'CVE-1', value: '3' }])
    await given.removeFacts('epss', ['CVE-2'])
    await given.put('osv', [entry('A-1.json', ['npm pad'])])
    await given.discard()
    const left = await feeds().begin()
    await left.adopt([], evening)
    expect(await feeds().factsOf('epss')).toEqual(
      new Map([
        ['CVE-1', '2'],
        ['CVE-2', '2'],
      ]),
    )
    expect(await feeds().facts('epss', ['CVE-1', 'CVE-3'])).toEqual(new Map([['CVE-1', 2]]))
    expect(await feeds().facts('kev', ['CVE-1'])).toEqual(new Map())
    expect(await ids(pad)).toEqual({})
  })

  test('keeps one candidate a feed, and whether it is wanted', async () => {
    const counts = { added: 0, changed: 0, removed: 9, skipped: 0 }
    const candidate = {
      ...counts,
      feed: 'osv',
      location: '/osv',
      fingerprint: 'f',
      fetched: noon,
      heldAt: noon,
      reasons: ['it fell'],
      effect: null,
      approved: false,
    }
    await feeds().hold(candidate)
    await feeds().hold({ ...candidate, removed: 10 })
    expect(await feeds().candidates()).toEqual([{ ...candidate, removed: 10 }])
    expect(await feeds().approve('osv')).toMatchObject({ removed: 10, approved: true })
    await expect(feeds().approve('other')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await feeds().release('osv')
    expect(await feeds().candidates()).toEqual([])
  })

  test('finds advisories and packages with names that are too long for an index', async () => {
    const long = '€'.repeat(500) + randomBytes(500).toString('hex')
    await adopted(entry('A-1.json', [`npm ${long}`, `npm ${long}!`], { id: long }))
    const key = packageKey('npm', long)
    expect(await ids(key, pad)).toEqual({ [key]: [long] })
    expect((await feeds().advisory(long)).map(({ id }) => id)).toEqual([long])
    expect(await feeds().advisory(`${long}!`)).toEqual([])
  })

  test('an import of thousands is found by name, in the order in which it came', async () => {
    const entries = Array.from({ length: 1_200 }, (_, index) =>
      entry(`A-${index}.json`, [`npm pad-${index % 600}`, 'npm pad']),
    )
    const next = await feeds().begin()
    for (let start = 0; start < entries.length; start += 500) {
      await next.put('osv', entries.slice(start, start + 500))
    }
    await next.adopt([], noon)
    expect((await feeds().naming([pad])).get(pad)).toEqual(entries.map(({ advisory }) => advisory))
    const keys = Array.from({ length: 600 }, (_, index) => packageKey('npm', `pad-${index}`))
    const named = await feeds().naming([...keys, ...keys, 'npm\tunknown'])
    expect(named.size).toBe(600)
    expect(named.get(keys[7]!)?.map(({ id }) => id)).toEqual(['A-7', 'A-607'])
  })
}
