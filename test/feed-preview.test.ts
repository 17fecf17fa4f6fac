import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, writeLayout } from './support/build-image.ts'
import { runTallyman } from './support/cli.ts'
import { actions } from '../src/actions.ts'

/** What a copy of a feed would change is known before it is imported: the whole way, from a folder to the table. */

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

let directory: string
const run = (...argv: string[]) => runTallyman([...argv, '--config', join(directory, 'tallyman.yaml')], actions)

async function write(path: string, content: object | string): Promise<string> {
  const file = join(directory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-feed-preview-'))
  await write('tallyman.yaml', `home: ${directory}\n`)
  const image = await buildImage({
    layers: [{ entries: { 'app/node_modules/pad/package.json': '{"name":"pad","version":"1.0.0"}' } }],
  })
  await writeLayout(join(directory, 'app'), image)
  await write('old/npm/GHSA-1.json', record('GHSA-1', 'pad'))
  await write('old/npm/GHSA-2.json', record('GHSA-2', 'other'))
  await write('new/npm/GHSA-2.json', record('GHSA-2', 'other'))
  await write('new/npm/GHSA-3.json', record('GHSA-3', 'third'))
  await run('feed', 'import', join(directory, 'old'))
  await run('scan', '--layout', join(directory, 'app'))
})
afterAll(() => rm(directory, { recursive: true }))

test('shows records, findings and images that would flip, and adopts nothing', async () => {
  const { exitCode, stdout, stderr } = await run('feed', 'preview', join(directory, 'new'))
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/^osv: 1 added, 0 changed, 1 record removed\n/)
  expect(stdout).toContain('adopting it would open 0 and close 1 finding in 1 stored package\n')
  expect(stdout).toMatch(/1 of 1 stored image would have another outcome: 1 fail → \w+\n/)
  expect(stdout).toContain('no longer fixable-high')

  const status = JSON.parse((await run('feed', 'status', '-o', 'json')).stdout)
  expect(status).toMatchObject({ snapshot: 1, held: [] })
})

test('as JSON it has the effect and each image with both reasons', async () => {
  const preview = JSON.parse((await run('feed', 'preview', join(directory, 'new'), '-o', 'json')).stdout)
  expect(preview).toMatchObject({
    feed: 'osv',
    added: 1,
    changed: 0,
    removed: 1,
    effect: { packages: 1, opened: 0, closed: 1, images: 1, partial: false },
    images: [{ before: 'fail', platform: 'linux/amd64', reasons: [{ rule: 'fixable-high' }] }],
  })
})

test('says of other facts that their effect on verdicts is not foreseen', async () => {
  const catalogue = { title: 'KEV', count: 1, vulnerabilities: [{ cveID: 'CVE-2026-1001', dateAdded: '2026-01-01' }] }
  const file = await write('kev.json', catalogue)
  const { exitCode, stdout } = await run('feed', 'preview', file)
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: 'kev: 1 added, 0 changed, 0 records removed\nwhat it makes of verdicts is foreseen for advisories alone\n',
  })
})
