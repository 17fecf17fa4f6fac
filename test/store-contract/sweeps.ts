import { expect, test } from 'vitest'
import { digestOf } from '../../src/core/image/digest.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { evening, nextDay, noon, scan } from '../support/store-records.ts'

/** How far walks through registries have got, and what they ask of the store. */
export function describeSweeps(under: () => StoreUnderTest): void {
  const web = digestOf('web')
  const api = digestOf('api')
  const index = digestOf('index')
  const shop = { registry: 'hub', repository: 'shop/web' }

  test('a walk goes on where it was, and counts what it found', async () => {
    const { sweeps } = under().store
    expect(await sweeps.of('hub')).toBeUndefined()
    await sweeps.begin('hub', ['shop/web', 'a', 'a'], noon)
    await sweeps.begin('other', ['z'], noon)
    expect(await sweeps.next('hub')).toEqual({ repository: 'a', afterTag: null })
    await sweeps.advance({ registry: 'hub', repository: 'a' }, '1.0', { tags: 2, enqueued: 1, forgotten: 0 })
    expect(await sweeps.next('hub')).toEqual({ repository: 'a', afterTag: '1.0' })
    await sweeps.advance({ registry: 'hub', repository: 'a' }, null, { tags: 1, enqueued: 0, forgotten: 3 })
    expect(await sweeps.next('hub')).toEqual({ repository: 'shop/web', afterTag: null })
    const counts = { repositories: 1, tags: 3, enqueued: 1, forgotten: 3 }
    const running = { registry: 'hub', startedAt: noon, finishedAt: null, lastFinishedAt: null, ...counts }
    expect(await sweeps.of('hub')).toEqual(running)
    await sweeps.finish('hub', evening)
    await sweeps.begin('hub', [], nextDay)
    expect(await sweeps.next('hub')).toBeUndefined()
    expect(await sweeps.of('hub')).toMatchObject({
      startedAt: nextDay,
      finishedAt: null,
      lastFinishedAt: evening,
      tags: 0,
    })
  })

  test('knows what a repository holds: tags, and what has none and is in no index', async () => {
    const { images, sightings } = under().store
    await images.saveIndex({ digest: index, mediaType: 'index', children: [{ digest: api, platform: 'linux/arm64' }] })
    for (const digest of [index, api]) await sightings.observe(shop, digest, null, noon)
    await sightings.observe(shop, web, '1', noon)
    expect(await sightings.tags(shop)).toEqual([{ tag: '1', digest: web }])
    expect(await sightings.untagged(shop)).toEqual([index])
    await sightings.forget(shop, { digest: index })
    expect(await sightings.untagged(shop)).toEqual([api])
    expect(await sightings.repositories('hub')).toEqual(['shop/web'])
    await sightings.forget(shop, {})
    expect(await sightings.repositories('hub')).toEqual([])
    expect(await sightings.untagged({ ...shop, registry: 'other' })).toEqual([])
  })

  test('lists images that other catalogers have read, and live ones, by where they lie', async () => {
    const { images, sightings } = under().store
    for (const name of ['web', 'api', 'gone']) await images.save(scan(name))
    await images.saveIndex({ digest: index, mediaType: 'index', children: [{ digest: api, platform: 'linux/amd64' }] })
    for (const digest of [index, api]) await sightings.observe(shop, digest, null, evening)
    await sightings.observe(shop, web, '1', noon)
    const newer = { catalogers: { dpkg: 2 }, keys: null }
    const [first, second] = [
      { digest: api, seen: evening, roots: [{ ...shop, digest: index }] },
      { digest: web, seen: noon, roots: [{ ...shop, digest: web }] },
    ]
    expect(await images.outdated(newer, null, 10)).toEqual([first, second])
    expect(await images.outdated(newer, first, 10)).toEqual([second])
    const same = { catalogers: { dpkg: 1 }, keys: null }
    expect(await images.outdated(same, null, 10)).toEqual([])
    await images.saveSignatures(web, { keys: 'first', by: [], problems: [] })
    expect(await images.outdated({ ...same, keys: 'first' }, null, 10)).toEqual([first])
    expect(await images.outdated({ ...same, keys: 'second' }, null, 10)).toEqual([first, second])
    expect(await images.outdated(same, null, 10)).toEqual([second])
    const listed = async (live: boolean) =>
      (await images.list({ live }, { limit: 10 })).items.map(({ digest }) => digest)
    expect(await listed(true)).toEqual([api, web])
    expect(await listed(false)).toHaveLength(3)
  })
}
