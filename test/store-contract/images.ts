import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/core/image/digest.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { runStoreProcess, savedImages } from '../support/store-process.ts'
import { deb, layerFacts, npm, scan } from '../support/store-records.ts'

const cut = (text: string) => text.slice(0, 200)

export function describeImages(under: () => StoreUnderTest): void {
  const images = () => under().store.images

  test('keeps layer facts by blob and catalogers, however often they are saved', async () => {
    const { layers } = under().store
    const facts = layerFacts('base', { files: 'usr/bin/env\n'.repeat(50_000) })
    await layers.save(facts, 'dpkg 1')
    await layers.save(facts, 'dpkg 1')
    await layers.save(layerFacts('base', { entryCount: 3 }), 'dpkg 2')

    expect(await layers.get([facts.blob, facts.blob, digestOf('unknown')], 'dpkg 1')).toEqual(
      new Map([[facts.blob, facts]]),
    )
    expect(await layers.get([facts.blob], 'dpkg 3')).toEqual(new Map())
    expect(await layers.get([], 'dpkg 1')).toEqual(new Map())
  })

  test('gives an image back as it was saved, its packages apart and once each', async () => {
    const saved = scan('app', [
      deb('zlib1g'),
      npm('@scope/left-pad', '1.3.0'),
      npm('@scope/left-pad', '1.3.0', { path: 'app/other/package.json' }),
      npm('unknown', '1.0.0', { ecosystem: null }),
    ])
    await images().save(saved)
    await images().save(saved)

    const { packages, labels: _labels, checks: _checks, secrets: _secrets, ...record } = saved
    expect(await images().get(saved.digest)).toEqual({ ...record, packageCount: packages.length })
    expect(await images().packages(saved.digest)).toEqual([
      {
        id: expect.any(Number),
        type: 'npm',
        ecosystem: 'npm',
        name: '@scope/left-pad',
        version: '1.3.0',
        source: null,
        arch: null,
        purl: 'pkg:npm/%40scope/left-pad@1.3.0',
        licenses: [],
        owner: null,
      },
      expect.objectContaining({ name: 'unknown', ecosystem: '' }),
      expect.objectContaining({ name: 'zlib1g', source: { name: 'zlib1g-source', version: '1.0-1' } }),
    ])
    expect(await images().get(digestOf('other'))).toBeUndefined()
    expect(await images().packages(digestOf('other'))).toEqual([])
  })

  test('keeps an image without distribution, date or packages', async () => {
    const saved = scan('scratch', [], { distro: null, created: null, layers: [] })
    await images().save(saved)
    const { packages: _, labels: _labels, checks: _checks, secrets: _secrets, ...record } = saved
    expect(await images().get(saved.digest)).toEqual({ ...record, packageCount: 0 })
  })

  test('replaces what a rescan finds otherwise', async () => {
    await images().save(scan('app', [deb('zlib1g'), npm('left-pad')]))
    await images().save(scan('app', [deb('zlib1g'), deb('tar')], { engine: '0.2.0' }))

    const { digest } = scan('app')
    expect((await images().packages(digest)).map(({ name }) => name)).toEqual(['tar', 'zlib1g'])
    expect((await images().get(digest))?.engine).toBe('0.2.0')
    await images().save(scan('app'))
    expect(await images().packages(digest)).toEqual([])
  })

  test('stores a set of packages that images share once', async () => {
    const base = [deb('libc6'), deb('zlib1g')]
    await images().save(scan('one', [...base, npm('left-pad')]))
    await images().save(scan('two', [...base.toReversed(), npm('right-pad')]))

    const { db } = under().store
    expect(await db.selectFrom('package_set').select('kind').orderBy('kind').execute()).toMatchObject([
      { kind: 'npm' },
      { kind: 'npm' },
      { kind: 'os' },
    ])
    expect(await db.selectFrom('set_package').selectAll().execute()).toHaveLength(4)
  })

  test('stores names that no package should have', async () => {
    const names = ['nul\0byte', 'half a pair \ud800', 'quote \' " ; --', 'x'.repeat(700), '🦀', '']
    const saved = scan(
      'hostile',
      names.map((name) => npm(name)),
    )
    await images().save(saved)
    await images().save(saved)
    expect((await images().packages(saved.digest)).map(({ name }) => name).toSorted()).toEqual(
      ['nul\u{fffd}byte', 'half a pair \u{fffd}', 'quote \' " ; --', 'x'.repeat(700), '🦀', ''].toSorted(),
    )
  })

  test('cuts names that are too long for an index', async () => {
    const long = randomBytes(50_000).toString('hex')
    const saved = scan('long', [npm(long), npm(`${long}!`), npm('pad', long, { ecosystem: long })])
    await images().save(saved)
    await images().save(saved)
    const packages = await images().packages(saved.digest)
    expect(packages.map(({ name }) => name.slice(0, 200)).toSorted()).toEqual([long, long, 'pad'].map(cut).toSorted())
    expect(packages.map(({ purl }) => purl).toSorted()).toEqual(saved.packages.map(({ purl }) => purl).toSorted())
  })

  test('stores an image of more packages than a statement has parameters', async () => {
    const many = Array.from({ length: 4_000 }, (_, index) => npm(`package-${index}`))
    await images().save(scan('many', many))
    expect(await images().packages(scan('many').digest)).toHaveLength(4_000)
  })

  test('keeps the children of an index in their order', async () => {
    const { store } = under()
    const index = {
      digest: digestOf('index'),
      mediaType: 'application/vnd.oci.image.index.v1+json',
      children: [
        { digest: digestOf('arm'), platform: 'linux/arm64' },
        { digest: digestOf('amd'), platform: 'linux/amd64' },
        { digest: digestOf('arm'), platform: 'linux/arm64/v8' },
      ],
    }
    await store.images.saveIndex(index)
    await store.images.saveIndex(index)
    expect(await store.images.index(index.digest)).toEqual(index)
    expect(await store.images.index(digestOf('amd'))).toBeUndefined()
    const here = { registry: 'hub', repository: 'team/multi' }
    expect(await store.images.indexesOf([digestOf('amd'), digestOf('stranger')])).toEqual([index.digest])
    expect(await store.images.indexesOf([])).toEqual([])
    expect(await store.images.isChild(digestOf('amd'), here)).toBe(false)
    await store.sightings.observe(here, index.digest, null, '2026-05-02T12:00:00.000Z')
    expect(await store.images.isChild(digestOf('amd'), here)).toBe(true)
    expect(await store.images.isChild(digestOf('amd'), { ...here, repository: 'team/other' })).toBe(false)
    expect(await store.images.isChild(index.digest, here)).toBe(false)
    await store.sightings.forget(here, { digest: index.digest })
    expect(await store.images.isChild(digestOf('amd'), here)).toBe(false)
  })

  test('walks all digests in their order', async () => {
    const digests = ['a', 'b', 'c', 'd', 'e'].map((name) => scan(name).digest).toSorted()
    for (const name of ['c', 'a', 'e', 'b', 'd']) await images().save(scan(name))
    expect(await images().digests(null, 2)).toEqual(digests.slice(0, 2))
    expect(await images().digests(digests[1]!, 10)).toEqual(digests.slice(2))
  })

  test('lets two processes save images with the same packages at once', async () => {
    const { url, store } = under()
    await Promise.all([
      runStoreProcess(url, 'save'),
      runStoreProcess(url, 'save'),
      ...savedImages.toReversed().map((image) => store.images.save(image)),
    ])
    for (const image of savedImages) {
      expect((await store.images.packages(image.digest)).map(({ name }) => name).toSorted()).toEqual(
        image.packages.map(({ name }) => name).toSorted(),
      )
    }
    expect(await store.db.selectFrom('package').select('id').execute()).toHaveLength(48)
    expect(await store.db.selectFrom('package_set').select('id').execute()).toHaveLength(8)
  })
}
