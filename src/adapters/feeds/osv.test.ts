import { createServer, type Server } from 'node:http'
import { mkdir, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { zipOf } from '../../../test/support/zip.ts'
import { MAX_RECORD_BYTES } from '../../core/match/osv.ts'
import type { TallymanError } from '../../errors.ts'
import type { AdvisoryFeed } from './feed.ts'
import { osvFeed } from './osv.ts'

const signal = new AbortController().signal
const record = (id: string) => JSON.stringify({ id })

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tallyman-feed-'))))
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** Path and id of every record, or what is wrong with it. */
async function recordsOf(feed: AdvisoryFeed, knownFingerprint: string | null = null): Promise<string[]> {
  const lines: string[] = []
  for await (const found of (await feed.open(knownFingerprint, signal)).records(signal)) {
    if ('removed' in found || 'unchanged' in found)
      lines.push(`${found.path}: ${'removed' in found ? 'removed' : 'unchanged'}`)
    else if ('problem' in found) lines.push(`${found.path}: ${found.problem}`)
    else lines.push(`${found.path}: ${feed.parse(found, () => undefined)?.id}`)
  }
  return lines
}

const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    ({ code, message }: TallymanError) => `${code}: ${message.replaceAll(folder, '')}`,
  )

describe('a folder', () => {
  test('of archives, one for each ecosystem, beside files that are no records', async () => {
    await write({
      'ecosystems.txt': 'npm\n',
      'modified_id.csv': '',
      'npm/all.zip': zipOf({ 'GHSA-1.json': record('GHSA-1'), 'README.md': '' }),
      'npm/GHSA-1.json': record('GHSA-1'),
      'AlmaLinux/all.zip': zipOf({ 'ALSA-2024:1.json': record('ALSA-2024:1') }),
    })
    expect(await recordsOf(osvFeed({ location: folder }))).toEqual([
      'AlmaLinux/ALSA-2024:1.json: ALSA-2024:1',
      'npm/GHSA-1.json: GHSA-1',
    ])
    expect(await recordsOf(osvFeed({ location: folder, ecosystems: ['npm'] }))).toEqual(['npm/GHSA-1.json: GHSA-1'])
  })

  test('of plain files, at any depth', async () => {
    await write({
      'a.json': record('A-1'),
      'npm/b.json': record('B-1'),
      'go/2024/c.json': record('C-1'),
      '.git/d.json': record('D-1'),
    })
    expect(await recordsOf(osvFeed({ location: folder }))).toEqual([
      'a.json: A-1',
      'go/2024/c.json: C-1',
      'npm/b.json: B-1',
    ])
  })

  test('with an archive of everything, which counts only where the ecosystems do not lie beside it', async () => {
    await write({ 'all.zip': zipOf({ 'A-1.json': record('A-1') }) })
    expect(await recordsOf(osvFeed({ location: folder }))).toEqual(['A-1.json: A-1'])
    await write({ 'npm/all.zip': zipOf({ 'A-1.json': record('A-1') }) })
    expect(await recordsOf(osvFeed({ location: folder }))).toEqual(['npm/A-1.json: A-1'])
  })

  test('is read again only where it changed', async () => {
    await write({ 'npm/all.zip': zipOf({ 'A-1.json': record('A-1') }), 'PyPI/p.json': record('P-1') })
    const feed = osvFeed({ location: folder })
    const first = await feed.open(null, signal)
    expect((await feed.open(first.fingerprint, signal)).fingerprint).toBe(first.fingerprint)
    expect(await recordsOf(feed, first.fingerprint)).toEqual([])

    await utimes(join(folder, 'PyPI/p.json'), new Date(), new Date())
    const second = await feed.open(first.fingerprint, signal)
    expect(second.fingerprint).not.toBe(first.fingerprint)
    expect(second.keptFolders).toEqual(['npm'])
    expect(await recordsOf(feed, first.fingerprint)).toEqual(['PyPI/p.json: P-1'])
  })

  test('a record that is too long is told apart, and not read', async () => {
    await write({ 'npm/long.json': '', 'npm/short.json': record('A-1') })
    await truncate(join(folder, 'npm/long.json'), MAX_RECORD_BYTES + 1)
    expect(await recordsOf(osvFeed({ location: folder }))).toEqual([
      'npm/long.json: is 16777217 bytes long, more than 16777216',
      'npm/short.json: A-1',
    ])
  })

  test('that is not there, empty, or corrupt is an error that names it', async () => {
    const feed = osvFeed({ location: folder })
    expect(await failureOf(osvFeed({ location: join(folder, 'none') }).open(null, signal))).toBe(
      'FEED_UNAVAILABLE: the feed cannot be read at /none: ENOENT',
    )
    expect(await failureOf(feed.open(null, signal))).toBe(
      'FEED_INVALID:  has no advisories: expected <ECOSYSTEM>/all.zip or .json files',
    )
    await write({ 'npm/all.zip': zipOf({ 'A-1.json': record('A-1') }).subarray(0, -4) })
    expect(await failureOf(recordsOf(feed))).toBe(
      'FEED_INVALID: the archive of npm cannot be read: there is no end of central directory record: not a zip archive, or cut off; nothing of the feed is adopted',
    )
  })
})

test('every record of the demo is understood', async () => {
  const feed = osvFeed({ location: fileURLToPath(new URL('../../../fixtures/feeds/demo', import.meta.url)) })
  const records = await recordsOf(feed)
  expect(records.length).toBeGreaterThan(50)
  expect(records.filter((line) => !/^(?:npm|Debian)\/(?<id>[^/]+)\.json: \k<id>$/.test(line))).toEqual([])
})

describe('a file', () => {
  test('that holds the archives of ecosystems, or their records', async () => {
    const npm = zipOf({ 'A-1.json': record('A-1') })
    await write({ 'osv.zip': zipOf({ 'npm/all.zip': npm, 'PyPI/P-1.json': record('P-1'), 'Go/all.zip': npm }) })
    const location = join(folder, 'osv.zip')
    expect(await recordsOf(osvFeed({ location, ecosystems: ['npm', 'PyPI'] }))).toEqual([
      'npm/A-1.json: A-1',
      'PyPI/P-1.json: P-1',
    ])
  })
})

describe('a bucket', () => {
  let server: Server
  let base: string
  let requests: string[]
  let answers: Record<string, { etag?: string; body: string | Buffer; status?: number }>

  beforeEach(async () => {
    requests = []
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}${request.headers.authorization ? ' with credentials' : ''}`)
      const { etag, body, status = 200 } = answers[request.url ?? ''] ?? { body: 'no such object', status: 404 }
      response.writeHead(status, { ...(etag ? { etag } : {}), 'content-length': Buffer.byteLength(body) })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    answers = {
      '/osv/ecosystems.txt': { body: 'npm\nRed Hat\nAlpine:v3.20\n' },
      '/osv/npm/all.zip': { etag: '"n1"', body: zipOf({ 'A-1.json': record('A-1') }) },
      '/osv/Red%20Hat/all.zip': { etag: '"r1"', body: zipOf({ 'R-1.json': record('R-1') }) },
    }
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))

  test('names its ecosystems, and is fetched only where an archive changed', async () => {
    const feed = osvFeed({ location: `${base}/osv` })
    const { fingerprint } = await feed.open(null, signal)
    expect(await recordsOf(feed)).toEqual(['npm/A-1.json: A-1', 'Red Hat/R-1.json: R-1'])

    requests = []
    answers['/osv/npm/all.zip'] = { etag: '"n2"', body: zipOf({ 'A-2.json': record('A-2') }) }
    expect((await feed.open(fingerprint, signal)).keptFolders).toEqual(['Red Hat'])
    expect(await recordsOf(feed, fingerprint)).toEqual(['npm/A-2.json: A-2'])
    expect(requests.filter((request) => request.startsWith('GET') && request.endsWith('.zip'))).toEqual([
      'GET /osv/npm/all.zip',
    ])
  })

  test('is read by its list of changes: new records, removed ones, and what the list no longer has', async () => {
    const list = (...lines: string[]) => ({ body: `${lines.join('\n')}\n`, etag: `"${lines.join()}"` })
    answers['/osv/npm/all.zip'] = {
      body: zipOf({ 'A-1.json': record('A-1'), 'A-2.json': record('A-2') }),
      etag: '"z1"',
    }
    answers['/osv/npm/modified_id.csv'] = list('2024-01-02T00:00:00Z,A-2', '2024-01-01T00:00:00Z,A-1')
    const feed = osvFeed({ location: `${base}/osv`, ecosystems: ['npm'] })
    const first = await feed.open(null, signal)
    expect((await feed.open(first.fingerprint, signal)).keptFolders).toEqual(['npm'])

    answers['/osv/npm/all.zip'] = { body: '', etag: '"z2"' }
    answers['/osv/npm/ALSA-2024%3A1.json'] = { body: record('ALSA-2024:1') }
    answers['/osv/npm/modified_id.csv'] = list(
      '2024-01-04T00:00:00Z,gone',
      '2024-01-03T00:00:00.5Z,ALSA-2024:1',
      '2024-01-02T00:00:00Z,A-2',
    )
    requests = []
    const second = await feed.open(first.fingerprint, signal)
    expect(second.keptFolders).toEqual([])
    expect(await recordsOf(feed, first.fingerprint)).toEqual([
      'npm/gone.json: removed',
      'npm/ALSA-2024:1.json: ALSA-2024:1',
      'npm/A-2.json: unchanged',
    ])
    expect(requests.filter((request) => request.includes('zip'))).toEqual([])
    expect(await recordsOf(feed, second.fingerprint)).toEqual([])
  })

  test('is read as an archive where its list of changes is none, or too long', async () => {
    const archive = { body: zipOf({ 'A-1.json': record('A-1') }) }
    answers['/osv/npm/all.zip'] = { ...archive, etag: '"z1"' }
    answers['/osv/npm/modified_id.csv'] = { body: '2024-01-01T00:00:00Z,A-1\n', etag: '"l1"' }
    const feed = osvFeed({ location: `${base}/osv`, ecosystems: ['npm'] })
    const { fingerprint } = await feed.open(null, signal)
    answers['/osv/npm/all.zip'] = { ...archive, etag: '"z2"' }
    const long = Array.from({ length: 600 }, (_, index) => `2024-02-01T00:00:00Z,B-${index}\n`).join('')
    for (const body of ['<!doctype html>', '2024-02-01T00:00:00Z,../B-1\n', 'then,B-1\n', long]) {
      answers['/osv/npm/modified_id.csv'] = { body, etag: '"l2"' }
      expect(await recordsOf(feed, fingerprint)).toEqual(['npm/A-1.json: A-1'])
    }
  })

  test('with a checksum beside an archive is held against it', async () => {
    answers['/osv/npm/all.zip'] = { body: zipOf({ 'A-1.json': record('A-1') }) }
    answers['/osv/npm/all.zip.sha256'] = { body: `${'0'.repeat(64)}  all.zip` }
    const failure = await failureOf(recordsOf(osvFeed({ location: `${base}/osv`, ecosystems: ['npm'] })))
    expect(failure).toMatch(/^FEED_INVALID: .*\/osv\/npm\/all\.zip has the SHA-256 [0-9a-f]{64}, not 0{64}/)
  })

  test('without validators is always read', async () => {
    answers['/osv/npm/all.zip'] = { body: zipOf({ 'A-1.json': record('A-1') }) }
    const feed = osvFeed({ location: `${base}/osv/`, ecosystems: ['npm'] })
    const { fingerprint } = await feed.open(null, signal)
    expect(await recordsOf(feed, fingerprint)).toEqual(['npm/A-1.json: A-1'])
  })

  test('gets the credentials of its URL, which are shown nowhere', async () => {
    const feed = osvFeed({ location: `${base.replace('//', '//user:p%40ss@')}/osv/npm/all.zip` })
    expect(feed.location).toBe(`${base}/osv/npm/all.zip`)
    expect(await recordsOf(feed)).toEqual(['A-1.json: A-1'])
    expect(requests).toEqual([
      'HEAD /osv/npm/all.zip with credentials',
      'GET /osv/npm/all.zip with credentials',
      'GET /osv/npm/all.zip.sha256 with credentials',
    ])
  })

  test('that refuses, is not there, or answers with something else is an error that names the address', async () => {
    const opened = (location: string, ecosystems: string[] = []) =>
      failureOf(osvFeed({ location, ecosystems }).open(null, signal)).then((text) => text.replaceAll(base, ''))
    expect(await opened(`${base}/osv`, ['PyPI'])).toBe('FEED_UNAVAILABLE: /osv/PyPI/all.zip answered 404')
    expect(await opened('http://127.0.0.1:1/osv')).toBe(
      'FEED_UNAVAILABLE: http://127.0.0.1:1/osv/ecosystems.txt could not be fetched: bad port',
    )
    answers['/osv/ecosystems.txt'] = { body: '<!doctype html>' }
    expect(await opened(`${base}/osv`)).toBe('FEED_INVALID: /osv/ecosystems.txt is not a list of ecosystems')
    answers['/osv/ecosystems.txt'] = { body: 'npm\n'.repeat(100_000) }
    expect(await opened(`${base}/osv`)).toBe('FEED_INVALID: /osv/ecosystems.txt is longer than 65536 bytes')
  })

  test('that breaks off in the middle of an archive is unavailable', async () => {
    server.removeAllListeners('request')
    server.on('request', ({ method }, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      if (method === 'HEAD') response.end()
      else response.write('PK', () => response.destroy())
    })
    const failure = await failureOf(recordsOf(osvFeed({ location: base, ecosystems: ['npm'] })))
    expect(failure).toMatch(/^FEED_UNAVAILABLE: .*\/npm\/all\.zip could not be fetched: /)
  })

  test('stays an abort where it was aborted', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(osvFeed({ location: base }).open(null, controller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
