import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Eol, FeedFact } from '../../core/match/feed-facts.ts'
import { TallymanError } from '../../errors.ts'
import type { FactFeed, FeedContents, FeedItem, FeedOptions, FeedRecord, FeedType } from './feed.ts'
import { httpSource, tagOf, urlOf, withoutCredentials } from './http-source.ts'

/** End-of-life dates as endoflife.date has them: one JSON document a product, below a folder or a URL. */
export const eol: FeedType = {
  name: 'eol',
  location: 'https://endoflife.date/api/',
  open: (options) => eolFeed(options),
  recognises: (head) => /"(?:releaseCycle|cycle|isEol)"/.test(head.toString('latin1')),
}

/** Of a URL, whose products cannot be listed, the distributions that images are built on. */
const distributions =
  'almalinux alpine-linux amazon-linux centos centos-stream debian fedora opensuse oracle-linux rhel rocky-linux sles ubuntu'

const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
/** Documents of a folder; endoflife.date has some 400 products. */
const MAX_DOCUMENTS = 2_000

function eolFeed(options: FeedOptions): FactFeed {
  const { name, location } = options
  const url = urlOf(location)
  return {
    kind: 'eol',
    name,
    location: url ? withoutCredentials(url) : location,
    version: 1,
    open: (known, signal) => (url ? openUrl(url, options, known, signal) : openFiles(location)),
    parse,
  }
}

async function openFiles(location: string): Promise<FeedContents> {
  try {
    const found = await stat(location)
    const names = found.isDirectory() ? (await readdir(location)).filter((name) => name.endsWith('.json')).sort() : ['']
    if (names.length === 0 || names.length > MAX_DOCUMENTS) {
      throw new TallymanError('FEED_INVALID', `${location} has ${names.length} .json files of products`)
    }
    const files = await Promise.all(
      names.map(async (name) => ({ file: join(location, name), stats: await stat(join(location, name)) })),
    )
    const tags = files.map(({ file, stats }) => `${file} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`)
    return {
      fetched: new Date(Math.max(...files.map(({ stats }) => stats.mtimeMs))).toISOString(),
      fingerprint: createHash('sha256').update(tags.join('\n')).digest('hex'),
      keptFolders: [],
      async *records(signal) {
        for (const { file, stats } of files) {
          if (stats.size > MAX_DOCUMENT_BYTES) yield { path: basename(file), problem: 'is too long' }
          else yield* records(basename(file, '.json'), await readFile(file, { signal }))
        }
      },
    }
  } catch (cause) {
    if (cause instanceof TallymanError) throw cause
    const { code = 'error' } = cause as { code?: string }
    throw new TallymanError('FEED_UNAVAILABLE', `the feed cannot be read at ${location}: ${code}`, {}, { cause })
  }
}

/** Few and small: all are fetched again as soon as one is another. */
async function openUrl(
  url: URL,
  options: FeedOptions,
  known: string | null,
  signal: AbortSignal,
): Promise<FeedContents> {
  const single = url.pathname.endsWith('.json')
  const base = new URL(url)
  if (!single && !base.pathname.endsWith('/')) base.pathname += '/'
  const source = httpSource(base, options)
  const paths = single ? [''] : distributions.split(' ').map((product) => `${product}.json`)
  const fetched = new Date().toISOString()
  const tags: string[] = []
  for (const path of paths) {
    const answer = await source.ask('HEAD', path, null, signal)
    if (typeof answer !== 'string') tags.push(`${path} ${tagOf(answer) ?? fetched}`)
  }
  if (tags.length === 0) throw new TallymanError('FEED_UNAVAILABLE', `${source.href('')} has none of the products`)
  const fingerprint = createHash('sha256').update(tags.join('\n')).digest('hex')
  return {
    fetched,
    fingerprint,
    keptFolders: fingerprint === known ? [''] : [],
    async *records(given) {
      for (const path of paths) {
        const answer = await source.ask('GET', path, null, given)
        if (typeof answer === 'string') continue
        const product = basename(path === '' ? base.pathname : path, '.json')
        yield* records(product, await source.body(answer, MAX_DOCUMENT_BYTES, given))
      }
    },
  }
}

type Fields = Readonly<Record<string, unknown>>

/** The forms of the site's first API (a list of cycles), its second (`result`), and its data files. */
function* records(file: string, document: Buffer): Iterable<FeedItem> {
  let content: unknown
  try {
    content = JSON.parse(document.toString())
  } catch {
    yield { path: file, problem: 'is not JSON' }
    return
  }
  const found = (content ?? {}) as Fields
  const product = (found['result'] ?? found) as Fields
  const releases = Array.isArray(content) ? content : product['releases']
  if (!Array.isArray(releases)) {
    yield { path: file, problem: 'has no list of releases' }
    return
  }
  const name = [product['product'], found['result'] && product['name'], file].find((each) => typeof each === 'string')
  for (const release of releases as readonly unknown[]) {
    const { releaseCycle, cycle, name: version } = (release ?? {}) as Fields
    const named = [releaseCycle, cycle, version].find((each) => typeof each === 'string' || typeof each === 'number')
    yield { path: `${String(name)} ${String(named)}`, bytes: Buffer.from(JSON.stringify(release)) }
  }
}

function parse({ path, bytes }: FeedRecord, note: (problem: string) => void): FeedFact | undefined {
  const release = (JSON.parse(bytes.toString()) ?? {}) as Fields
  const ends = [release['eol'], release['eolFrom'], release['isEol']].find(isEnd)
  const named = /^[\w.-]{1,100} [\w. -]{1,100}$/.test(path)
  if (!named || ends === undefined) {
    note(named ? 'has no end of life' : 'has no name that a product and release could have')
    return undefined
  }
  const extended = [release['eoes'], release['extendedSupport'], release['eoesFrom']].find(isEnd) ?? null
  const { latest } = release
  const newest = typeof latest === 'object' && latest !== null ? (latest as Fields)['name'] : latest
  const value: Eol = { eol: ends, extended, latest: typeof newest === 'string' ? newest.slice(0, 100) : null }
  return { key: path, value: JSON.stringify(value) }
}

const isEnd = (value: unknown): value is string | boolean =>
  typeof value === 'boolean' || (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value))
