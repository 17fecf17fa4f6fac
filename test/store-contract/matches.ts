import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/core/image/digest.ts'
import type { MatchResult } from '../../src/core/match/finding.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { runStoreProcess, savedImages } from '../support/store-process.ts'
import { deb, evening, match, noon, npm, scan } from '../support/store-records.ts'
import { builtInRules } from '../support/rules.ts'

const nothing: MatchResult = { matches: [], uncomparable: [] }

export function describeMatches(under: () => StoreUnderTest): void {
  const { digest } = scan('app')

  /** Saves the image and returns the ids of its packages by name. */
  async function saved(...packages: Parameters<typeof scan>[1][]): Promise<Map<string, number>> {
    const { images } = under().store
    await images.save(
      scan(
        'app',
        packages.flatMap((some) => some ?? []),
      ),
    )
    return new Map((await images.packages(digest)).map(({ name, id }) => [name, id]))
  }

  const waiting = async (snapshot: number) =>
    (await under().store.packages.unmatched({ image: digest }, snapshot, 0, 100)).map(({ name }) => name)

  const found = async () =>
    (await under().store.images.findings(digest)).map((finding) => [finding.vulnerability, finding.firstSeen])

  test('a package waits until it is matched against the snapshot, and again for the next one', async () => {
    const { packages, images } = under().store
    const ids = await saved([deb('openssl'), deb('tar'), npm('unknown', '1', { ecosystem: null })])
    await images.save(scan('other', [deb('openssl'), deb('curl')]))
    expect(await waiting(1)).toEqual(['openssl', 'tar'])
    expect((await packages.unmatched('all', 1, 0, 100)).map(({ name }) => name).toSorted()).toEqual([
      'curl',
      'openssl',
      'tar',
    ])
    await packages.saveMatches(1, [{ packageId: ids.get('openssl')!, result: nothing }], noon, builtInRules)
    expect(await waiting(1)).toEqual(['tar'])
    expect(await waiting(2)).toEqual(['openssl', 'tar'])
    expect((await packages.unmatched('all', 2, ids.get('openssl')!, 1)).map(({ name }) => name)).not.toContain(
      'openssl',
    )
  })

  test('gives findings worst first, one a package and vulnerability', async () => {
    const ids = await saved([deb('openssl'), npm('pad'), npm('pad', '1.0.0', { path: 'elsewhere/package.json' })])
    const medium = match('CVE-2026-0003', { severity: 'medium', score: 5.3, fixed: null, vector: null, summary: null })
    await under().store.packages.saveMatches(
      1,
      [
        { packageId: ids.get('pad')!, result: { ...nothing, matches: [medium, match('CVE-2026-0001')] } },
        {
          packageId: ids.get('openssl')!,
          result: { ...nothing, matches: [match('CVE-2026-0001'), match('CVE-2026-0002', { score: 8.1 })] },
        },
      ],
      noon,
      builtInRules,
    )
    const findings = await under().store.images.findings(digest)
    expect(findings.map((finding) => [finding.vulnerability, finding.package])).toEqual([
      ['CVE-2026-0002', deb('openssl').purl],
      ['CVE-2026-0001', deb('openssl').purl],
      ['CVE-2026-0001', npm('pad').purl],
      ['CVE-2026-0003', npm('pad').purl],
    ])
    expect(findings.at(-1)).toEqual({
      ...medium,
      package: npm('pad').purl,
      firstSeen: noon,
      state: 'open',
      suppressed: null,
    })
  })

  test('a package that another one owns is a row of its own, and its findings are suppressed and not counted', async () => {
    const { images, packages } = under().store
    const owner = deb('node-pad').purl
    const owned = npm('pad', '1.0.0', { path: 'usr/share/nodejs/pad/package.json', ownedBy: owner })
    await saved([owned, deb('node-pad')])
    await images.save(scan('other', [owned, npm('pad')]))
    const rows = await packages.unmatched('all', 1, 0, 10)
    expect(rows.map((row) => `${row.name} of ${row.owner}`).toSorted()).toEqual([
      'node-pad of null',
      'pad of null',
      `pad of ${owner}`,
    ])
    const result = {
      matches: [match('CVE-2026-0001')],
      uncomparable: [{ advisory: 'GHSA-1', reason: 'version ? cannot be read' }],
    }
    const pads = rows.filter(({ name }) => name === 'pad').map(({ id }) => ({ packageId: id, result }))
    await packages.saveMatches(1, pads, noon, builtInRules)

    expect(await images.findings(digest)).toEqual([
      {
        ...match('CVE-2026-0001'),
        package: owned.purl,
        firstSeen: noon,
        state: 'suppressed',
        suppressed: {
          by: 'owner',
          reason: `files belong to ${owner}; the distribution patches and tracks it`,
          until: null,
        },
      },
    ])
    expect((await images.findings(digestOf('other'))).map(({ state }) => state).toSorted()).toEqual([
      'open',
      'suppressed',
    ])
    expect(await packages.uncomparable(digest)).toEqual([])
    expect(await packages.uncomparable(digestOf('other'))).toHaveLength(1)

    const affected = await packages.imagesWith('CVE-2026-0001', { limit: 10 })
    expect(affected.items.map(({ image, findings }) => [image.digest, findings.length])).toEqual([
      [digestOf('other'), 2],
    ])
    const listed = await images.list({ vulnerability: 'CVE-2026-0001' }, { limit: 10 })
    expect(listed.items.map((image) => image.digest)).toEqual([digestOf('other')])
    expect(await packages.vulnerability('CVE-2026-0001')).toMatchObject({ packages: 1, images: 1 })
    const named = await packages.list({ name: 'pad' }, { limit: 10 })
    expect(named.items.map((row) => [row.owner, row.images, row.vulnerabilities])).toEqual(
      named.items.map(({ owner: by }) => (by === null ? [null, 1, 1] : [owner, 2, 0])),
    )
  })

  test('replaces matches, and remembers when those that stay were first seen', async () => {
    const { packages } = under().store
    const packageId = (await saved([deb('openssl')])).get('openssl')!
    const save = (snapshot: number, now: string, ...matches: MatchResult['matches']) =>
      packages.saveMatches(snapshot, [{ packageId, result: { matches, uncomparable: [] } }], now, builtInRules)

    await save(1, noon, match('CVE-2026-0001'), match('CVE-2026-0002'))
    await save(1, evening, match('CVE-2026-0001'), match('CVE-2026-0002'))
    await save(2, evening, match('CVE-2026-0001', { severity: 'critical' }), match('CVE-2026-0003'))
    expect(await found()).toEqual([
      ['CVE-2026-0001', noon],
      ['CVE-2026-0003', evening],
    ])
    expect((await packages.vulnerability('CVE-2026-0001'))?.severity).toBe('critical')
    expect(await packages.vulnerability('CVE-2026-0002')).toBeUndefined()
    expect(await packages.vulnerability('DEBIAN-CVE-2026-0002')).toBeUndefined()
    await save(3, evening)
    expect(await found()).toEqual([])
    expect((await packages.vulnerabilities({}, { limit: 10 })).items).toEqual([])
  })

  test('a result against an older snapshot comes late and changes nothing', async () => {
    const { packages } = under().store
    const packageId = (await saved([deb('openssl')])).get('openssl')!
    const result = { matches: [match('CVE-2026-0001')], uncomparable: [] }
    await packages.saveMatches(2, [{ packageId, result }], noon, builtInRules)
    await packages.saveMatches(1, [{ packageId, result: nothing }], evening, builtInRules)
    expect(await found()).toEqual([['CVE-2026-0001', noon]])
    expect(await waiting(2)).toEqual([])
  })

  test('stores vulnerabilities with ids that are too long for an index', async () => {
    const { packages } = under().store
    const packageId = (await saved([deb('openssl')])).get('openssl')!
    const long = '€'.repeat(500) + randomBytes(500).toString('hex')
    const result = {
      matches: [match(long, { aliases: [`${long} alias`] })],
      uncomparable: [{ advisory: long, reason: long }],
    }
    await packages.saveMatches(1, [{ packageId, result }], noon, builtInRules)
    await packages.saveMatches(1, [{ packageId, result }], noon, builtInRules)
    expect((await packages.vulnerability(`${long} alias`))?.vulnerability.slice(0, 200)).toBe(long.slice(0, 200))
    expect((await packages.imagesWith(long, { limit: 10 })).items).toHaveLength(1)
    expect(await packages.uncomparable(digest)).toHaveLength(1)
  })

  test('keeps what could not be compared', async () => {
    const { packages } = under().store
    const packageId = (await saved([deb('openssl')])).get('openssl')!
    const uncomparable = [
      { advisory: 'B-1', reason: 'version ? cannot be read' },
      { advisory: 'A-1', reason: 'version ! cannot be read' },
    ]
    await packages.saveMatches(1, [{ packageId, result: { matches: [], uncomparable } }], noon, builtInRules)
    await packages.saveMatches(1, [{ packageId, result: { matches: [], uncomparable } }], noon, builtInRules)
    expect(await packages.uncomparable(digest)).toEqual([
      { package: 'openssl', ...uncomparable[1] },
      { package: 'openssl', ...uncomparable[0] },
    ])
    await packages.saveMatches(2, [{ packageId, result: nothing }], noon, builtInRules)
    expect(await packages.uncomparable(digest)).toEqual([])
  })

  test('lets two processes match the same packages at once', async () => {
    const { url, store } = under()
    for (const image of savedImages) await store.images.save(image)
    await Promise.all([runStoreProcess(url, 'match'), runStoreProcess(url, 'match')])
    expect(await store.packages.unmatched('all', 1, 0, 10)).toEqual([])
    expect(await store.packages.vulnerability('CVE-2026-0001')).toMatchObject({ packages: 48, images: 20 })
    expect((await store.packages.vulnerabilities({}, { limit: 100 })).items).toHaveLength(49)
  })
}
