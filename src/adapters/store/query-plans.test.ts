import { CompiledQuery, sql, type Compilable } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deb, match, noon, npm, scan, verdict } from '../../../test/support/store-records.ts'
import { createStore, type OpenStore } from './create-store.ts'
import { digestOf } from '../../core/image/digest.ts'
import { basesAmong, imagesAbove } from './image-chains.ts'
import { imagesAfter } from './image-list.ts'
import { packagesMatching } from './package-list.ts'
import { sqlite } from './sqlite.ts'
import { firstOfOutbox } from './verdict-outbox.ts'
import { vulnerabilitiesMatching } from './vulnerability-list.ts'
import { builtInRules } from '../../../test/support/rules.ts'

/** What a filtered list may not do: read through a table that grows with the images. */
const fullScan =
  /^SCAN (image|package|package_match|set_package|image_set|image_chain|sighting|tag|advisory|affected)\b/

let store: OpenStore

beforeAll(async () => {
  store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
  for (let index = 0; index < 50; index++) {
    const image = scan(`image ${index}`, [deb('openssl'), deb(`own-${index}`), npm(`pad-${index}`)])
    await store.images.save(image)
    await store.verdicts.save(verdict(image.digest))
    await store.sightings.observe({ registry: 'local', repository: `app-${index}` }, image.digest, 'latest', noon)
  }
  const packages = await store.packages.unmatched('all', 1, 0, 1_000)
  const matched = packages.map(({ id }) => ({
    packageId: id,
    result: { matches: [match(`CVE-2026-${1000 + id}`)], uncomparable: [] },
  }))
  await store.packages.saveMatches(1, matched, noon, builtInRules)
})
afterAll(() => store.close())

async function planOf(query: Compilable): Promise<string[]> {
  const { sql, parameters } = query.compile()
  const plan = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
  const { rows } = await store.db.executeQuery<{ detail: string }>(plan)
  expect(rows).not.toEqual([])
  return rows.map(({ detail }) => detail)
}

async function scansOf(query: Compilable): Promise<string[]> {
  return (await planOf(query)).filter((detail) => fullScan.test(detail))
}

test.each([
  { outcome: 'fail' as const },
  { package: 'openssl' },
  { package: 'openssl@1.0-1' },
  { vulnerability: 'CVE-2026-1001' },
  { registry: 'local' },
  { repository: 'app-1' },
  { tag: 'latest' },
  { registry: 'local', repository: 'app-1', tag: 'latest' },
  { outcome: 'fail' as const, vulnerability: 'CVE-2026-1001', repository: 'app-1' },
])('images by %o come from indexes', async (filter) => {
  expect(await scansOf(imagesAfter(store.db, filter, 1_000).limit(11))).toEqual([])
})

test('images of one outcome come in their order, not sorted first', async () => {
  const plan = await planOf(imagesAfter(store.db, { outcome: 'fail', live: true }, 1_000).limit(11))
  expect(plan.filter((detail) => /TEMP B-TREE|LIST SUBQUERY/.test(detail))).toEqual([])
})

test.each([{ name: 'openssl' }, { ecosystem: 'npm' }, { version: '1.0-1' }, { name: 'openssl', version: '1.0-1' }])(
  'packages by %o come from indexes',
  async (filter) => {
    const query = packagesMatching(store.db, filter).orderBy('package.name').orderBy('package.id').limit(11)
    expect(await scansOf(query)).toEqual([])
  },
)

test.each([{}, { severity: 'high' as const }, { fixable: true }, { package: 'openssl' }])(
  'vulnerabilities by %o come from indexes',
  async (filter) => {
    const query = vulnerabilitiesMatching(store.db, filter)
      .orderBy('vulnerability.rank')
      .orderBy('vulnerability.id')
      .limit(11)
    expect(await scansOf(query)).toEqual([])
  },
)

test('bases and derived images come from indexes', async () => {
  const chains = [digestOf('one'), digestOf('two')]
  expect(await scansOf(basesAmong({ db: store.db, engine: sqlite(':memory:') }, chains))).toEqual([])
  const query = imagesAbove(store.db, chains[0]!).where('image_chain.image_id', '<', 1_000)
  expect(await scansOf(query.orderBy('image_chain.image_id', 'desc').limit(11))).toEqual([])
})

test('the verdicts to be told of come from the outbox, also where statistics say nothing of it', async () => {
  await sql`analyze image`.execute(store.db)
  expect(await scansOf(firstOfOutbox(store.db, 10))).toEqual([])
})
