import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TallymanError } from '../../errors.ts'
import { kev } from './kev.ts'

const { signal } = new AbortController()
let folder: string
let location: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-kev-'))
  location = join(folder, 'kev.json')
})
afterEach(() => rm(folder, { recursive: true }))

async function read(): Promise<string[]> {
  const feed = kev.open({ name: 'kev', location })
  const lines: string[] = []
  for await (const item of (await feed.open(null, signal)).records(signal)) {
    const notes: string[] = []
    const fact = 'bytes' in item ? feed.parse(item, (problem) => notes.push(problem)) : undefined
    lines.push(fact && 'value' in fact ? `${fact.key} ${fact.value}` : `${item.path}: ${notes.join()}`)
  }
  return lines
}

const failure = () => read().catch(({ code, message }: TallymanError) => `${code}: ${message.replaceAll(folder, '')}`)

test('one fact a vulnerability, and a note for what is none', async () => {
  const vulnerabilities = [
    { cveID: 'CVE-2024-1234', dateAdded: '2024-02-01', dueDate: '2024-02-22', knownRansomwareCampaignUse: 'Known' },
    { cveID: 'CVE-2024-12345', dateAdded: '2024-02-02', dueDate: '', knownRansomwareCampaignUse: 'Unknown' },
    { cveID: 'x', dateAdded: '2024-02-02' },
    { cveID: 'CVE-2024-2000' },
    null,
    7,
  ]
  const text = JSON.stringify({ title: 'a catalogue', count: 6, vulnerabilities })
  await writeFile(location, text)
  expect(kev.recognises(Buffer.from(text))).toBe(true)
  expect(await read()).toEqual([
    'CVE-2024-1234 {"dateAdded":"2024-02-01","dueDate":"2024-02-22","ransomware":true}',
    'CVE-2024-12345 {"dateAdded":"2024-02-02","dueDate":null,"ransomware":false}',
    'x: cveID is no CVE id',
    'CVE-2024-2000: dateAdded is no date',
    'vulnerabilities[4]: cveID is no CVE id',
    'vulnerabilities[5]: cveID is no CVE id',
  ])
})

test.each([
  ['{"vulnerabilities":[', 'FEED_INVALID: the KEV catalogue is not JSON; nothing of it is adopted'],
  ['null', 'FEED_INVALID: the KEV catalogue has no list of vulnerabilities; nothing of it is adopted'],
  ['{}', 'FEED_INVALID: the KEV catalogue has no list of vulnerabilities; nothing of it is adopted'],
])('%s is refused', async (text, message) => {
  await writeFile(location, text)
  expect(await failure()).toBe(message)
})

test('a checksum beside it is held against it', async () => {
  const text = '{"vulnerabilities":[]}'
  const sum = createHash('sha256').update(text).digest('hex')
  await writeFile(location, text)
  await writeFile(`${location}.sha256`, `${sum}  kev.json\n`)
  expect(await read()).toEqual([])
  await writeFile(`${location}.sha256`, '0'.repeat(64))
  expect(await failure()).toBe(
    `FEED_INVALID: /kev.json has the SHA-256 ${sum}, not ${'0'.repeat(64)} as .sha256 beside it says; nothing of it is adopted`,
  )
  await writeFile(`${location}.sha256`, 'nothing')
  expect(await failure()).toMatch(/^FEED_INVALID: \/kev.json has no SHA-256/)
})

test('a file that is not there is unavailable', async () => {
  expect(await failure()).toBe('FEED_UNAVAILABLE: the feed cannot be read at /kev.json: ENOENT')
})
