import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildImage, pushImage, type BuiltImage } from './support/build-image.ts'
import { eventually, startHouse, type House } from './support/house.ts'
import { zipOf } from './support/zip.ts'
import type { Report } from '../src/core/report/report.ts'
import type { FeedStatus } from '../src/flows/feed-status.ts'

/** Whatever becomes of a feed, the last good state judges, and everybody can see how old it is and what is wrong. */

const record = (id: string, name: string) => ({
  id,
  modified: '2026-01-01T00:00:00Z',
  database_specific: { severity: 'HIGH' },
  affected: [
    {
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
    },
  ],
})
const good = { 'npm/CVE-1.json': record('CVE-1', 'pad'), 'npm/CVE-2.json': record('CVE-2', 'other') }

let house: House
let image: BuiltImage

afterEach(whole)
beforeAll(async () => {
  house = await startHouse({ feed: good, feedEvery: '1s' })
  image = await buildImage({
    layers: [{ entries: { 'app/node_modules/pad/package.json': '{"name":"pad","version":"1.0.0"}' } }],
  })
  await pushImage(house.client.repository('team/app'), image, '1')
  await eventually(verdict, ({ outcome }) => outcome === 'fail')
})
afterAll(() => house.stop())

const verdict = async () =>
  (await house.get<{ outcome?: string; images?: object[] }>('/api/v1/verdict?image=hub/team/app:1')).body
const status = async () => (await house.get<FeedStatus>('/api/v1/feeds')).body
const report = async () => (await house.get<Report>(`/api/v1/images/${image.descriptor.digest}/report`)).body
const metric = async (name: string) => {
  const text = await (await fetch(`${house.server}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{feed="osv"\\} (.*)$`, 'm').exec(text)?.[1])
}

/** Replaces the feed's files by these bytes. */
async function writeFiles(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const directory = join(house.directory, 'feed', 'npm')
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes)
}

async function whole(): Promise<void> {
  await house.writeFeed(good)
  await eventually(status, ({ held, health }) => held.length === 0 && health.every((one) => one.failingSince === null))
}

/** The state that judged before judges still, and says how old it is. */
async function expectLastGoodState(): Promise<void> {
  expect(await verdict()).toMatchObject({ outcome: 'fail', images: [{ verdict: { snapshot: 1 } }] })
  const { checkedAgainst, findings } = await report()
  expect(findings.map(({ vulnerability }) => vulnerability)).toEqual(['CVE-1'])
  expect(checkedAgainst).toMatchObject({ snapshot: '1', feeds: [{ name: 'osv', advisories: 2 }] })
  expect(checkedAgainst.feeds[0]!.fetched).toBe((await status()).feeds[0]!.fetched)
  expect(await metric('tallyman_feed_age_seconds')).toBeLessThan(60)
  expect((await house.get('/readyz')).status).toBe(200)
}

test('an archive that breaks off is a feed that fails, since when is told', async () => {
  const archive = zipOf({ 'CVE-1.json': JSON.stringify(record('CVE-1', 'pad')) })
  await writeFiles({ 'all.zip': archive.subarray(0, archive.length / 2) })
  const { health } = await eventually(status, (seen) => seen.health.some(({ failingSince }) => failingSince !== null))
  expect(health).toMatchObject([
    { feed: 'osv', code: 'FEED_INVALID', error: expect.stringContaining('the archive of npm cannot be read') },
  ])
  const { fetched } = (await status()).feeds[0]!
  await expectLastGoodState()
  expect(await metric('tallyman_feed_failing_seconds')).toBeGreaterThan(0)
  expect((await status()).feeds[0]!.fetched).toBe(fetched)
  await whole()
  expect(await metric('tallyman_feed_failing_seconds')).toBe(0)
})

test.each([
  ['went empty', { 'all.zip': zipOf({}) }, 'it has no records at all'],
  [
    'is broken for the most part',
    { 'CVE-1.json': '{"id":', 'CVE-2.json': '[]', 'CVE-3.json': JSON.stringify(record('CVE-3', 'x')) },
    '2 of 3 records cannot be understood',
  ],
])('a feed that %s is held back, and says so', async (_, files, reason) => {
  await writeFiles(files)
  const { held } = await eventually(status, (seen) => seen.held.length > 0)
  expect(held).toMatchObject([{ feed: 'osv', reasons: [reason] }])
  expect(await metric('tallyman_feed_held')).toBe(1)
  await expectLastGoodState()
  await whole()
  expect(await metric('tallyman_feed_held')).toBe(0)
})

test('of a feed with one broken record the others are adopted, and what was known at its path stays', async () => {
  await writeFiles({
    'CVE-1.json': '{"id":"CVE-1"',
    'CVE-2.json': JSON.stringify(record('CVE-2', 'other')),
    'CVE-3.json': JSON.stringify(record('CVE-3', 'pad')),
  })
  const { feeds } = await eventually(status, ({ snapshot }) => snapshot === 2)
  expect(feeds).toMatchObject([{ skipped: 1, problems: [expect.stringContaining('npm/CVE-1.json')] }])
  const { findings } = await eventually(report, (seen) => seen.findings.length === 2)
  expect(findings.map(({ vulnerability }) => vulnerability).toSorted()).toEqual(['CVE-1', 'CVE-3'])
})
