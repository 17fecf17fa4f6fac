import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TallymanError } from '../../errors.ts'
import { epss } from './epss.ts'

const { signal } = new AbortController()
let server: Server
let location: string
let requests: string[]
let answer: { body: Buffer; etag?: string }
beforeAll(async () => {
  server = createServer(({ method, url, headers }, response) => {
    requests.push(`${method} ${url} ${headers['if-none-match'] ?? ''}`.trim())
    if (url !== '/epss.csv.gz') return response.writeHead(404).end()
    if (answer.etag && headers['if-none-match'] === answer.etag) return response.writeHead(304).end()
    return response.writeHead(200, answer.etag ? { etag: answer.etag } : {}).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  location = `http://127.0.0.1:${(server.address() as AddressInfo).port}/epss.csv.gz`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  requests = []
})

async function read(known: string | null = null) {
  const feed = epss.open({ name: 'epss', location })
  const contents = await feed.open(known, signal)
  const lines: string[] = []
  for await (const item of contents.records(signal)) {
    const notes: string[] = []
    const fact = 'bytes' in item ? feed.parse(item, (problem) => notes.push(problem)) : undefined
    lines.push(fact && 'value' in fact ? `${fact.key} ${fact.value}` : `${item.path}: ${notes.join()}`)
  }
  return { fingerprint: contents.fingerprint, lines }
}

const table = 'cve,epss,percentile\nCVE-2024-1234,0.94358,0.99952\nCVE-2024-12345,1e-05,0.00002\n'

test.each([
  ['with a comment, packed', gzipSync(`#model_version:v2025.03.14,score_date:2026-03-04T00:00:00Z\n${table}`)],
  ['without one, in plain', Buffer.from(table)],
  ['with the line ends of another system', Buffer.from(`#x\r\n${table.replaceAll('\n', '\r\n')}`)],
])('scores %s', async (_, body) => {
  answer = { body }
  expect((await read()).lines).toEqual(['CVE-2024-1234 {"score":0.94358}', 'CVE-2024-12345 {"score":0.00001}'])
})

test('are told by how they begin', () => {
  expect(epss.recognises(Buffer.from(`#model_version:v4\n${table}`))).toBe(true)
  expect(epss.recognises(Buffer.from(table))).toBe(true)
  expect(epss.recognises(Buffer.from('cve;epss'))).toBe(false)
})

test('are not sent again where they are the same', async () => {
  answer = { body: Buffer.from(table), etag: '"one"' }
  const { fingerprint } = await read()
  const feed = epss.open({ name: 'epss', location })
  expect(await feed.open(fingerprint, signal)).toMatchObject({ fingerprint, keptFolders: [''] })
  expect(requests).toEqual(['GET /epss.csv.gz', 'GET /epss.csv.gz.sha256', 'GET /epss.csv.gz "one"'])
})

test('broken lines are noted, each by itself', async () => {
  answer = { body: Buffer.from(`${table}CVE-2024-1,2\nno line\nCVE-2024-9999,1.5,0.1\nCVE-2024-9998,.,0.1`) }
  expect((await read()).lines.slice(2)).toEqual([
    'CVE-2024-1: is no line of CVE, score and percentile',
    'no line: is no line of CVE, score and percentile',
    'CVE-2024-9999: has a score that is not from 0 to 1',
    'CVE-2024-9998: has a score that is not from 0 to 1',
  ])
})

test.each([
  ['', /^FEED_INVALID: the EPSS scores have no line/],
  ['<!doctype html>\n', /^FEED_INVALID: the EPSS scores have no line/],
  [gzipSync(table).subarray(0, 30), /^FEED_INVALID: .* cannot be unpacked: unexpected end of file/],
])('what is none is refused', async (body, message) => {
  answer = { body: Buffer.from(body) }
  const failure = await read().then(
    () => 'none',
    ({ code, message }: TallymanError) => `${code}: ${message}`,
  )
  expect(failure).toMatch(message)
})
