import { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, test } from 'vitest'
import { createStore } from '../../src/adapters/store/create-store.ts'
import { migrations } from '../../src/adapters/store/migrations.ts'
import { postgres } from '../../src/adapters/store/postgres.ts'
import { sqlite } from '../../src/adapters/store/sqlite.ts'
import { digestOf } from '../../src/core/image/digest.ts'
import { reevaluate } from '../../src/flows/reevaluate.ts'
import { policy } from '../support/policy-records.ts'
import { readyRules } from '../../src/core/policy/rules.ts'
import { noon, scan, verdict } from '../support/store-records.ts'

/** A store as it was before rules were asked a package, with one image of two packages, of which one has a finding with a fix. */
async function filledBefore(url: string): Promise<void> {
  const engine = url.startsWith('postgres') ? postgres(url, undefined) : sqlite(url)
  // oxlint-disable-next-line typescript/no-explicit-any -- the tables of before are known to nobody any more
  const db = new Kysely<any>({ dialect: engine.dialect })
  const all = Object.entries(migrations(engine)).filter(([name]) => name < '0007')
  const provider = { getMigrations: async () => Object.fromEntries(all) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error !== undefined) throw error

  const put = (table: string, row: object) => db.insertInto(table).values(row).execute()
  const {
    digest,
    layers,
    packages: _packages,
    labels: _labels,
    checks: _checks,
    secrets: _secrets,
    ...image
  } = scan('app')
  await put('image', {
    id: 1,
    digest,
    media_type: image.mediaType,
    platform: image.platform,
    created: image.created,
    size: 1,
    config_digest: image.configDigest,
    layers: JSON.stringify(layers),
    distro: null,
    package_count: 2,
    coverage: '[]',
    engine: '0.1.0',
    catalogers: '{}',
    scanned_at: noon,
  })
  await put('package_set', { id: 1, hash: 'a', kind: 'npm', contents: '{"ecosystems":{"npm":2},"types":{"npm":2}}' })
  await put('image_set', { image_id: 1, set_id: 1 })
  for (const [id, name] of [
    [1, 'pad'],
    [2, 'vue'],
  ] as const) {
    const row = {
      id,
      hash: name,
      type: 'npm',
      ecosystem: 'npm',
      name,
      version: '1',
      licenses: '[]',
      matched_snapshot: 1,
    }
    await put('package', { ...row, purl: `pkg:npm/${name}@1` })
    await put('set_package', { set_id: 1, package_id: id })
  }
  const found = { severity: 'high', rank: 2, ratings: '[]', aliases: '[]', advisories: '["A"]', advisory: 'A' }
  const match = { ...found, package_id: 1, first_seen: noon }
  await put('package_match', {
    ...match,
    vulnerability: 'A',
    fixed: '2',
    fixable: 1,
    published: '2026-01-01T00:00:00Z',
  })
  await put('package_match', { ...match, vulnerability: 'B', fixed: '2', fixable: 1, published: null })
  await put('package_match', {
    ...match,
    vulnerability: 'C',
    fixed: null,
    fixable: 0,
    published: '2026-01-01T00:00:00Z',
  })
  for (const [table, key] of [
    ['package_tally', { package_id: 1, counted: 3 }],
    ['set_tally', { set_id: 1 }],
  ] as const) {
    await put(table, { ...key, class: 7, count: 3 })
  }
  const { counts, coverage, reasons, decidedAt, checkedAt, ...former } = verdict(digest)
  const { digest: _digest, until: _until, ...judged } = former
  const texts = { counts: JSON.stringify(counts), coverage: JSON.stringify(coverage), reasons: JSON.stringify(reasons) }
  await put('verdict', { ...judged, ...texts, image_id: 1, decided_at: decidedAt, checked_at: checkedAt })
  await put('snapshot', { number: 1, adopted_at: noon, feeds: '[]' })
  await db
    .updateTable('standing')
    .set({ matched: 1, target: 1, snapshot: 1, policy: 'former', checked_at: noon })
    .execute()
  await db.destroy()
}

export function describeJudgingMigration(newDatabase: () => Promise<string>): void {
  test('images of a store of before keep their layers', async () => {
    const url = await newDatabase()
    await filledBefore(url)
    const store = await createStore({ url })
    await store.migrate()
    const { layers } = scan('app')
    expect(layers.length).toBeGreaterThan(0)
    expect(await store.images.get(digestOf('app'))).toMatchObject({ layers })
    await store.close()
  })

  test('a store of before is asked and judged anew, with what was known of its fixes', async () => {
    const url = await newDatabase()
    await filledBefore(url)
    const store = await createStore({ url })
    expect((await store.migrate())[0]).toBe('0007_judging')

    const digest = digestOf('app')
    expect(await store.verdicts.current(digest)).toMatchObject({ outcome: 'pass', until: null })
    expect(await store.images.facts(digest)).toMatchObject({ labels: {}, checks: [], secrets: [], signatures: null })
    const { findings } = await store.images.asked(digest)
    expect(findings.map(({ finding }) => [finding.vulnerability, finding.fixedSince])).toEqual([
      ['A', '2026-01-01T00:00:00Z'],
      ['B', noon],
      ['C', null],
    ])

    const grace = { days: 30, during: 'warn' } as const
    const vulnerabilities = [{ name: 'all', severity: 'high', action: 'fail', grace } as const]
    const rules = readyRules({
      policies: [policy('ours', { vulnerabilities, onIncomplete: 'ignore' })],
      exceptions: [],
    })
    const deps = { store, rules: async () => rules, now: () => new Date(noon), announce: async () => {} }
    expect(await reevaluate('feed', deps, new AbortController().signal)).toMatchObject({ images: 1, changed: 1 })
    expect(await store.verdicts.current(digest)).toMatchObject({
      outcome: 'fail',
      cause: 'policy',
      counts: { high: 3, fixable: 2 },
      reasons: [
        { rule: 'all', outcome: 'fail', findings: 1 },
        { rule: 'all', outcome: 'warn', findings: 2 },
      ],
    })
    await store.close()
  })
}
