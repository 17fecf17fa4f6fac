import { afterEach, beforeEach, expect, test } from 'vitest'
import { builtInRules } from '../../test/support/rules.ts'
import { deb, scan } from '../../test/support/store-records.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { Store } from '../adapters/store/store.ts'
import { digestOf } from '../core/image/digest.ts'
import { parseOsv } from '../core/match/osv.ts'
import { matchPackages } from './match-packages.ts'
import { standingChecks } from './standing-checks.ts'

const image = digestOf('app')
const hub = { registry: 'hub', repository: 'team/app' }

let store: Store
beforeEach(async () => {
  store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
  await store.images.save(scan('app', [deb('tool')], { created: '2026-01-01T00:00:00Z' }))
})
afterEach(() => store.close())

async function checksAt(now: string, isMatched = true): Promise<Readonly<Record<string, string>>> {
  const checks = await standingChecks(image, now, { store, rules: builtInRules, isMatched })
  return Object.fromEntries(
    checks.map(({ id, status, evidence }) => [id, [status, ...evidence.map(({ text }) => text)].join(' ')]),
  )
}

test('says what is known of an image that is new to the store', async () => {
  expect(await checksAt('2026-02-01T00:00:00Z', false)).toEqual({
    'CIS-DI-0002': 'undecidable no stored image is its base',
    'CIS-DI-0004': 'undecidable no feed was read',
    'CIS-DI-0005': 'undecidable no key to verify signatures with is configured, or it is not in a registry',
    'DKL-DI-0006': 'not-applicable no tag points to it',
    'TM-0019': 'pass',
  })
})

test('follows its tags, signatures and the day', async () => {
  await store.sightings.observe(hub, image, 'latest', '2026-02-01T00:00:00Z')
  await store.images.saveSignatures(image, { keys: 'a', by: ['release'], problems: [] })
  expect(await checksAt('2027-02-01T00:00:00Z')).toMatchObject({
    'CIS-DI-0005': 'pass',
    'DKL-DI-0006': 'fail latest is its only tag',
    'TM-0019': 'fail it was built 396 days ago',
  })
})

test('counts findings that have had a fix for more than a month', async () => {
  const record = {
    id: 'DEBIAN-CVE-2024-0001',
    modified: '2026-02-01T00:00:00Z',
    upstream: ['CVE-2024-0001'],
    affected: [
      {
        package: { ecosystem: 'Debian:12', name: 'tool-source' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.0-2' }] }],
      },
    ],
  }
  const transaction = await store.feeds.begin()
  const advisory = parseOsv(JSON.stringify(record), () => undefined)!
  await transaction.put('osv', [{ path: 'a.json', hash: digestOf('a'), advisory }])
  const now = () => new Date('2026-02-01T00:00:00Z')
  const snapshot = await transaction.adopt([], now().toISOString())
  await matchPackages('all', snapshot, { store, rules: async () => builtInRules, now }, new AbortController().signal)

  expect((await checksAt('2026-02-20T00:00:00Z'))['CIS-DI-0004']).toBe('pass')
  expect((await checksAt('2026-04-01T00:00:00Z'))['CIS-DI-0004']).toBe(
    'fail 1 finding has a fix, the oldest for 59 days',
  )
})

test('a base is trusted where the policies that hold for the image list it', async () => {
  const [layer, ...rest] = ['base', 'own'].map((name) => ({
    digest: digestOf(name),
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 1,
    diffId: null,
    createdBy: null,
  }))
  await store.images.save(scan('debian', [], { layers: [layer!] }))
  await store.sightings.observe(
    { registry: 'hub', repository: 'debian' },
    digestOf('debian'),
    '12',
    '2026-02-01T00:00:00Z',
  )
  await store.images.save(scan('app', [], { layers: [layer!, ...rest] }))
  const withList = (...allow: readonly string[]) => {
    const { fallback } = builtInRules
    const base = [{ name: 'golden', action: 'fail', allow, unknown: 'warn' }] as const
    return { ...builtInRules, policies: [], fallback: { ...fallback, policy: { ...fallback.policy, base } } }
  }
  const outcome = async (rules: typeof builtInRules) =>
    (await standingChecks(image, '2026-02-01T00:00:00Z', { store, rules, isMatched: false }))[0]
  expect(await outcome(withList('hub/debian:*'))).toMatchObject({ id: 'CIS-DI-0002', status: 'pass' })
  expect(await outcome(withList('hub/alpine:*'))).toMatchObject({ status: 'fail' })
  expect(await outcome(builtInRules)).toMatchObject({
    status: 'undecidable',
    evidence: [{ text: 'no policy says whether hub/debian:12 is trusted', layer: null }],
  })
})
