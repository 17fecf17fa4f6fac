import { expect, test } from 'vitest'
import { digestOf } from '../../src/core/image/digest.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { evening, nextDay, noon, scan, verdict } from '../support/store-records.ts'

/** Verdicts, sightings and write-backs. */
export function describeRecords(under: () => StoreUnderTest): void {
  const web = digestOf('web')
  const shop = { registry: 'local', repository: 'shop/web' }

  test('a verdict stands until its successor, and stays in the history if the successor differs', async () => {
    const { images, verdicts } = under().store
    await images.save(scan('web'))
    const first = verdict(web)
    const confirmed = verdict(web, { checkedAt: evening, snapshot: 2 })
    const reasons = [{ rule: 'high', message: '2 high vulnerabilities', findings: 2 }]
    const failed = verdict(web, {
      outcome: 'fail',
      reasons,
      snapshot: 3,
      cause: 'feed',
      decidedAt: nextDay,
      checkedAt: nextDay,
    })

    expect(await verdicts.current(web)).toBeUndefined()
    await verdicts.save(first)
    await verdicts.save(first)
    expect(await verdicts.current(web)).toEqual(first)
    await verdicts.save(confirmed)
    await verdicts.save(failed)
    expect(await verdicts.current(web)).toEqual(failed)
    const newest = await verdicts.history(web, { limit: 1 })
    const standing = { ...failed, id: expect.any(Number), supersededAt: null }
    expect(newest.items).toEqual([standing])
    expect(await verdicts.history(web, { limit: 1, cursor: newest.next! })).toEqual({
      items: [{ ...confirmed, id: expect.any(Number), supersededAt: nextDay }],
      next: null,
    })
  })

  test('a verdict against an older snapshot comes late and changes nothing', async () => {
    const { images, verdicts } = under().store
    await images.save(scan('web'))
    await verdicts.save(verdict(web, { outcome: 'fail', snapshot: 2 }))
    await verdicts.save(verdict(web, { outcome: 'pass', snapshot: 1 }))
    expect(await verdicts.current(web)).toEqual(verdict(web, { outcome: 'fail', snapshot: 2 }))
    await verdicts.save(verdict(web, { outcome: 'inconclusive', snapshot: null }))
    expect((await verdicts.current(web))?.outcome).toBe('inconclusive')
  })

  test('a verdict on an image that is not stored is refused', async () => {
    const { verdicts } = under().store
    await expect(verdicts.save(verdict(web))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await verdicts.history(web, { limit: 10 })).toEqual({ items: [], next: null })
  })

  test('verdicts saved at once leave one current', async () => {
    const { images, verdicts } = under().store
    await images.save(scan('web'))
    const outcomes = ['pass', 'warn', 'fail', 'inconclusive'] as const
    await Promise.all(outcomes.map((outcome) => verdicts.save(verdict(web, { outcome }))))
    const { items } = await verdicts.history(web, { limit: 10 })
    expect(items.map(({ outcome }) => outcome).toSorted()).toEqual(['fail', 'inconclusive', 'pass', 'warn'])
    expect(items[0]).toMatchObject((await verdicts.current(web))!)
  })

  test('a tag points to what was observed last, and its history stays', async () => {
    const { sightings, db } = under().store
    const api = digestOf('api')
    await sightings.observe(shop, web, 'latest', noon)
    await sightings.observe(shop, web, 'latest', noon)
    await sightings.observe(shop, api, 'latest', nextDay)
    await sightings.observe(shop, web, 'latest', evening)
    expect(await sightings.resolve(shop, 'latest')).toEqual({
      ...shop,
      tag: 'latest',
      digest: api,
      observedAt: nextDay,
    })
    expect(await sightings.resolve(shop, 'other')).toBeUndefined()
    expect(await sightings.resolve({ ...shop, registry: 'other' }, 'latest')).toBeUndefined()
    expect(await sightings.locations(web)).toEqual([{ ...shop, tags: [] }])
    expect(await sightings.locations(api)).toEqual([{ ...shop, tags: ['latest'] }])
    const history = db.selectFrom('tag').select(['digest', 'first_seen', 'ended_at']).orderBy('id')
    expect((await history.execute()).map((row) => ({ ...row }))).toEqual([
      { digest: web, first_seen: noon, ended_at: nextDay },
      { digest: api, first_seen: nextDay, ended_at: null },
    ])
  })

  test('an image lies in several places under several tags', async () => {
    const { sightings } = under().store
    await sightings.observe(shop, web, 'v2', noon)
    await sightings.observe(shop, web, 'v1', noon)
    await sightings.observe({ registry: 'local', repository: 'mirror' }, web, null, noon)
    expect(await sightings.locations(web)).toEqual([
      { registry: 'local', repository: 'mirror', tags: [] },
      { ...shop, tags: ['v1', 'v2'] },
    ])
  })

  test('forgets what the registry deleted: a tag, a digest with its tags, a repository', async () => {
    const { sightings, db } = under().store
    const api = digestOf('api')
    for (const tag of ['v1', 'v2']) await sightings.observe(shop, web, tag, noon)
    await sightings.observe(shop, api, 'v3', noon)

    await sightings.forget(shop, { tag: 'v1' })
    expect(await sightings.locations(web)).toEqual([{ ...shop, tags: ['v2'] }])
    await sightings.forget(shop, { digest: web })
    expect(await sightings.locations(web)).toEqual([])
    expect(await sightings.resolve(shop, 'v2')).toBeUndefined()
    await sightings.forget(shop, {})
    expect(await sightings.locations(api)).toEqual([])
    await sightings.forget({ ...shop, repository: 'unknown' }, {})
    expect(await db.selectFrom('tag').select('tag').execute()).toHaveLength(3)

    await sightings.observe(shop, web, 'v1', '2126-01-01T00:00:00.000Z')
    expect(await sightings.locations(web)).toEqual([{ ...shop, tags: ['v1'] }])
  })

  test('observations at once leave one current row', async () => {
    const { sightings } = under().store
    const digests = ['a', 'b', 'c', 'd', 'e'].map((name) => digestOf(name))
    await Promise.all(digests.map((digest) => sightings.observe(shop, digest, 'latest', noon)))
    const resolved = await sightings.resolve(shop, 'latest')
    expect(digests).toContain(resolved?.digest)
  })

  test('knows its own write-backs, former ones too', async () => {
    const { writeBacks } = under().store
    const record = {
      ...shop,
      digest: web,
      manifest: digestOf('report 1'),
      status: 'pending',
      error: null,
      at: noon,
    } as const
    const failed = { ...record, manifest: digestOf('report 2'), status: 'failed', error: 'no', at: evening } as const
    expect(await writeBacks.of(web)).toEqual([])
    await writeBacks.save(record)
    await writeBacks.save(record)
    expect(await writeBacks.of(web)).toEqual([record])
    await writeBacks.save(failed)
    expect(await writeBacks.of(web)).toEqual([failed])
    const elsewhere = { ...record, registry: 'other' }
    await writeBacks.save(elsewhere)
    expect(await writeBacks.of(web)).toEqual(expect.arrayContaining([failed, elsewhere]))
    expect(await writeBacks.isOurs(record.manifest)).toBe(true)
    expect(await writeBacks.isOurs(failed.manifest)).toBe(true)
    expect(await writeBacks.isOurs(web)).toBe(false)
  })
}
