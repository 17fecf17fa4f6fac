import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { zipOf } from '../../../test/support/zip.ts'
import { recognise } from './feeds.ts'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tallyman-feeds-'))))
afterEach(() => rm(folder, { recursive: true }))

const scores = 'cve,epss,percentile\nCVE-2024-1000,0.1,0.2\n'
const catalogue = JSON.stringify({ title: 'x', vulnerabilities: [{ cveID: 'CVE-2024-1000' }] })
const dates = JSON.stringify({ product: 'debian', releases: [{ releaseCycle: '12', eol: true }] })

async function recognised(path: string, content: string | Buffer, asked = path): Promise<string> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
  const { type, location } = await recognise(join(folder, asked))
  return `${type.name} at ${location.replace(folder, '').slice(1)}`
}

test('a file is told by its content, whatever its name', async () => {
  expect(await recognised('a', zipOf({ 'npm/A-1.json': '{}' }))).toBe('osv at a')
  expect(await recognised('b', catalogue)).toBe('kev at b')
  expect(await recognised('c', scores)).toBe('epss at c')
  expect(await recognised('d', gzipSync(`#model\n${scores}`))).toBe('epss at d')
  expect(await recognised('e', dates)).toBe('eol at e')
  await expect(recognised('f', '<!doctype html>')).rejects.toMatchObject({ code: 'FEED_INVALID' })
  await expect(recognise(join(folder, 'g'))).rejects.toMatchObject({ code: 'FEED_UNAVAILABLE' })
})

test('a folder by what lies in it, else it is OSV’s', async () => {
  expect(await recognised('kev/known.json', catalogue, 'kev')).toBe('kev at kev/known.json')
  expect(await recognised('eol/debian.json', dates, 'eol')).toBe('eol at eol')
  expect(await recognised('osv/npm/all.zip', zipOf({}), 'osv')).toBe('osv at osv')
})
