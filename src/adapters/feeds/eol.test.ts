import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eol } from './eol.ts'

const { signal } = new AbortController()
let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tallyman-eol-'))))
afterEach(() => rm(folder, { recursive: true }))

async function read(location = folder): Promise<string[]> {
  const feed = eol.open({ name: 'eol', location })
  const lines: string[] = []
  for await (const item of (await feed.open(null, signal)).records(signal)) {
    const notes: string[] = 'problem' in item ? [item.problem] : []
    const fact = 'bytes' in item ? feed.parse(item, (problem) => notes.push(problem)) : undefined
    lines.push(fact && 'value' in fact ? `${fact.key} ${fact.value}` : `${item.path}: ${notes.join()}`)
  }
  return lines
}

test('every form in which the site has had its releases', async () => {
  const release = { releaseCycle: '12', eol: '2026-06-10', eoes: '2028-06-30', latest: '12.5' }
  await writeFile(join(folder, 'a.json'), JSON.stringify({ product: 'debian', releases: [release] }))
  await writeFile(join(folder, 'alpine-linux.json'), JSON.stringify([{ cycle: '3.20', eol: false, latest: '3.20.3' }]))
  const newer = { name: '9', eolFrom: '2032-05-31', isEol: false, latest: { name: '9.4' } }
  await writeFile(join(folder, 'c.json'), JSON.stringify({ result: { name: 'rocky-linux', releases: [newer] } }))
  expect(await read()).toEqual([
    'debian 12 {"eol":"2026-06-10","extended":"2028-06-30","latest":"12.5"}',
    'alpine-linux 3.20 {"eol":false,"extended":null,"latest":"3.20.3"}',
    'rocky-linux 9 {"eol":"2032-05-31","extended":null,"latest":"9.4"}',
  ])
  expect(await read(join(folder, 'alpine-linux.json'))).toHaveLength(1)
})

test('what is no product or has no end is noted', async () => {
  await writeFile(join(folder, 'a.json'), '{')
  await writeFile(join(folder, 'b.json'), '{}')
  await writeFile(join(folder, 'c.json'), '[{"cycle":"1","eol":"soon"},null,{"cycle":"\\u0000","eol":true}]')
  expect(await read()).toEqual([
    'a: is not JSON',
    'b: has no list of releases',
    'c 1: has no end of life',
    'c undefined: has no end of life',
    'c \0: has no name that a product and release could have',
  ])
})

test('an empty folder is refused', async () => {
  await expect(read()).rejects.toMatchObject({ code: 'FEED_INVALID' })
  await expect(read(join(folder, 'other'))).rejects.toMatchObject({ code: 'FEED_UNAVAILABLE' })
})
