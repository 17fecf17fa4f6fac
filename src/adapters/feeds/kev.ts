import type { FeedFact, Kev } from '../../core/match/feed-facts.ts'
import { TallymanError } from '../../errors.ts'
import { documentFeed } from './document.ts'
import type { FeedItem, FeedRecord, FeedType } from './feed.ts'

/** CISA's catalogue of known exploited vulnerabilities, as JSON. */
export const kev: FeedType = {
  name: 'kev',
  location: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  open: (options) => documentFeed(options, { kind: 'kev', version: 1, records, parse }),
  recognises: (head) => head.includes('"vulnerabilities"') && head.includes('"cveID"'),
}

type Fields = Readonly<Record<string, unknown>>

function* records(document: Buffer): Iterable<FeedItem> {
  for (const [index, entry] of entriesOf(document).entries()) {
    const { cveID } = (entry ?? {}) as Fields
    const path = typeof cveID === 'string' ? cveID : `vulnerabilities[${index}]`
    yield { path, bytes: Buffer.from(JSON.stringify(entry)) }
  }
}

function entriesOf(document: Buffer): readonly unknown[] {
  let catalogue: unknown
  try {
    catalogue = JSON.parse(document.toString())
  } catch {
    throw new TallymanError('FEED_INVALID', 'the KEV catalogue is not JSON; nothing of it is adopted')
  }
  const { vulnerabilities } = (catalogue ?? {}) as Fields
  if (Array.isArray(vulnerabilities)) return vulnerabilities
  throw new TallymanError('FEED_INVALID', 'the KEV catalogue has no list of vulnerabilities; nothing of it is adopted')
}

function parse({ bytes }: FeedRecord, note: (problem: string) => void): FeedFact | undefined {
  const entry = (JSON.parse(bytes.toString()) ?? {}) as Fields
  const { cveID, dateAdded, dueDate, knownRansomwareCampaignUse } = entry
  const isCve = typeof cveID === 'string' && /^CVE-\d{4}-\d{4,19}$/.test(cveID)
  if (!isCve || !isDay(dateAdded)) {
    note(isCve ? 'dateAdded is no date' : 'cveID is no CVE id')
    return undefined
  }
  const value: Kev = {
    dateAdded,
    dueDate: isDay(dueDate) ? dueDate : null,
    ransomware: knownRansomwareCampaignUse === 'Known',
  }
  return { key: cveID, value: JSON.stringify(value) }
}

const isDay = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
