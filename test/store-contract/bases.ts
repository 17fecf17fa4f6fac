import { expect, test } from 'vitest'
import type { ScanRecord } from '../../src/adapters/store/records.ts'
import { digestOf } from '../../src/core/image/digest.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { builtInRules } from '../support/rules.ts'
import { layer, noon, scan } from '../support/store-records.ts'

export function describeBases(under: () => StoreUnderTest): void {
  const images = () => under().store.images
  const hub = (repository: string) => ({ registry: 'hub', repository })

  /** Stores an image of the named layers. */
  async function stack(name: string, layers: readonly string[]): Promise<ScanRecord> {
    const image = scan(name, [], { layers: layers.map(layer) })
    await images().save(image)
    return image
  }

  test.each([
    ['before', ['debian', 'python', 'app']],
    ['after', ['app', 'python', 'debian']],
  ])('finds the deepest base, stored %s the image', async (_, order) => {
    const layers = new Map([
      ['debian', ['os']],
      ['python', ['os', 'python']],
      ['app', ['os', 'python', 'app']],
    ])
    for (const name of order) await stack(name, layers.get(name)!)
    await under().store.sightings.observe(hub('python'), digestOf('python'), '3', noon)

    expect(await images().base(digestOf('app'))).toEqual({
      digest: digestOf('python'),
      references: ['hub/python:3'],
      layers: 2,
    })
    expect(await images().base(digestOf('python'))).toEqual({ digest: digestOf('debian'), references: [], layers: 1 })
    expect(await images().base(digestOf('debian'))).toBeUndefined()
    expect(await images().base(digestOf('unknown'))).toBeUndefined()
  })

  test('takes only an image whose whole layer list is there, and something above it', async () => {
    await stack('app', ['os', 'python', 'app'])
    await stack('same layers', ['os', 'python', 'app'])
    await stack('sibling', ['os', 'python', 'other'])
    await stack('other order', ['python', 'os'])
    await stack('middle', ['python'])
    await stack('empty', [])
    expect(await images().base(digestOf('app'))).toBeUndefined()
    expect(await images().base(digestOf('empty'))).toBeUndefined()
  })

  test('names the base that people know, of several with the same layers', async () => {
    for (const name of ['first', 'second', 'third']) await stack(name, ['os'])
    await stack('app', ['os', 'app'])
    expect((await images().base(digestOf('app')))?.digest).toBe(digestOf('first'))

    const { sightings } = under().store
    await sightings.observe(hub('debian'), digestOf('first'), null, noon)
    await sightings.observe(hub('debian'), digestOf('second'), '12', noon)
    await sightings.observe(hub('debian'), digestOf('third'), '12-slim', noon)
    expect(await images().base(digestOf('app'))).toEqual({
      digest: digestOf('second'),
      references: ['hub/debian:12'],
      layers: 1,
    })
  })

  test('knows the bases of many images at once as of each by itself', async () => {
    const { store } = under()
    const rank = (index: number, salt: number) => Number.parseInt(digestOf(`${index} ${salt}`).slice(7, 13), 16)
    const names: string[] = []
    for (let index = 0; index < 60; index++) {
      const depth = 1 + (rank(index, 0) % 4)
      const layers = Array.from({ length: depth }, (_, at) => `${at}-${rank(index, at + 1) % 2}`)
      names.push(`image ${index}`)
      await stack(`image ${index}`, layers)
      const tag = [null, '1', 'latest'][rank(index, 9) % 3] ?? null
      if (index % 2 === 0) await store.sightings.observe(hub(`app-${index}`), digestOf(`image ${index}`), tag, noon)
    }
    const all = await store.whatIf.images(0, 1_000, { ...builtInRules, asksBase: () => true })
    const together = new Map(all.map(({ digest, facts }) => [digest, facts.base]))
    expect([...together.values()].filter(Boolean).length).toBeGreaterThan(20)
    for (const digest of names.map(digestOf)) {
      const base = await images().base(digest)
      const created = base && (await images().get(base.digest))?.created
      expect(together.get(digest)).toEqual(base ? { ...base, created } : null)
    }
  })

  test('pages through the images on a base, newest first, however often they are saved', async () => {
    await stack('debian', ['os'])
    await stack('copy of debian', ['os'])
    await stack('stranger', ['alpine', 'app'])
    for (const name of ['a', 'b', 'c', 'b']) await stack(name, ['os', 'shared', name])

    const first = await images().derived(digestOf('debian'), { limit: 2 })
    const rest = await images().derived(digestOf('debian'), { limit: 2, cursor: first.next! })
    expect([...first.items, ...rest.items].map(({ digest }) => digest)).toEqual(['c', 'b', 'a'].map(digestOf))
    expect(rest.next).toBeNull()
    expect(await images().derived(digestOf('unknown'), { limit: 2 })).toEqual({ items: [], next: null })
  })

  test('keeps the chain of an image with as many layers as there can be', async () => {
    const tall = Array.from({ length: 1_000 }, (_, index) => `layer ${index}`)
    await stack('tall', tall)
    await stack('taller', [...tall, 'app'])
    expect(await images().base(digestOf('taller'))).toMatchObject({ digest: digestOf('tall'), layers: 1_000 })
  })
}
