import type { Epss, FeedFact } from '../../core/match/feed-facts.ts'
import { TallymanError } from '../../errors.ts'
import { documentFeed } from './document.ts'
import type { FeedItem, FeedRecord, FeedType } from './feed.ts'

/** FIRST's exploit prediction scores: CSV, mostly packed with gzip, whose first line may be a comment. */
export const epss: FeedType = {
  name: 'epss',
  location: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  open: (options) => documentFeed(options, { kind: 'epss', version: 1, records, parse }),
  recognises: (head) => /^(?:#[^\n]*\r?\n)?cve,epss\b/.test(head.toString('latin1')),
}

function* records(document: Buffer): Iterable<FeedItem> {
  const lines = linesOf(document)
  let { value: header } = lines.next()
  if (header?.toString().startsWith('#')) ({ value: header } = lines.next())
  if (header?.toString().trim() !== 'cve,epss,percentile') {
    throw new TallymanError('FEED_INVALID', 'the EPSS scores have no line "cve,epss,percentile"; nothing is adopted')
  }
  for (const line of lines) {
    const comma = line.indexOf(',')
    yield { path: line.toString('latin1', 0, comma < 0 ? Math.min(line.length, 50) : comma), bytes: line }
  }
}

/** Without empty ones. */
function* linesOf(document: Buffer): Generator<Buffer, undefined, undefined> {
  for (let start = 0; start < document.length;) {
    const found = document.indexOf(0x0a, start)
    const end = found < 0 ? document.length : found
    if (end > start) yield document.subarray(start, end)
    start = end + 1
  }
  return undefined
}

function parse({ bytes }: FeedRecord, note: (problem: string) => void): FeedFact | undefined {
  const row = /^(?<cve>CVE-\d{4}-\d{4,19}),(?<score>[\d.e+-]{1,30}),[\d.e+-]{1,30}\r?$/.exec(
    bytes.toString('latin1'),
  )?.groups
  const value: Epss = { score: Number(row?.['score']) }
  if (row && isShare(value.score)) return { key: row['cve']!, value: JSON.stringify(value) }
  note(row ? 'has a score that is not from 0 to 1' : 'is no line of CVE, score and percentile')
  return undefined
}

const isShare = (value: number): boolean => value >= 0 && value <= 1
