import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AdvisoryFeed, FactFeed, Feed, FeedContents, FeedRecord } from '../adapters/feeds/feed.ts'
import type { FeedEntry } from '../adapters/store/records.ts'
import type { FeedTransaction, Store } from '../adapters/store/store.ts'
import type { FeedFact } from '../core/match/feed-facts.ts'

/** Numbers of records. */
export interface Reading {
  read: number
  added: number
  changed: number
  removed: number
  /** Could not be understood: what was known at their path stays in force. */
  skipped: number
  /** The first few of these, in words. */
  readonly problems: string[]
}

/** Records that are read, and entries that are written, before others have their turn. */
const BATCH = 500
/** Of the records that could not be understood, the first few are kept in words. */
const MAX_PROBLEMS = 10

/** Puts what is new or other into the transaction, removes what is gone. Records that are what they were are not parsed. */
export async function readFeed(
  feed: Feed,
  contents: FeedContents,
  transaction: FeedTransaction,
  store: Pick<Store, 'feeds'>,
  signal: AbortSignal,
): Promise<Reading> {
  return feed.kind === 'osv'
    ? readInto(await advisoryShelf(feed, transaction, store), contents, signal)
    : readInto(await factShelf(feed, transaction, store), contents, signal)
}

/** Where the entries of a feed lie. */
interface Shelf<E> {
  /** Paths with what tells whether a record is another. */
  readonly known: ReadonlyMap<string, string>
  /** `same` where the record is stored as it is, undefined with a note where it cannot be understood. */
  entryOf(record: FeedRecord, note: (problem: string) => void): E | 'same' | undefined
  put(entries: readonly E[]): Promise<void>
  remove(paths: readonly string[]): Promise<void>
}

async function advisoryShelf(
  feed: AdvisoryFeed,
  transaction: FeedTransaction,
  store: Pick<Store, 'feeds'>,
): Promise<Shelf<FeedEntry>> {
  const known = await store.feeds.hashes(feed.name)
  return {
    known,
    entryOf(record, note) {
      const { path, bytes } = record
      const hash = createHash('sha256').update(`${feed.version}\n`).update(bytes).digest('hex')
      if (known.get(path) === hash) return 'same'
      const advisory = feed.parse(record, note)
      return advisory && { path, hash, advisory }
    },
    put: (entries) => transaction.put(feed.name, entries),
    remove: (paths) => transaction.remove(feed.name, paths),
  }
}

async function factShelf(
  feed: FactFeed,
  transaction: FeedTransaction,
  store: Pick<Store, 'feeds'>,
): Promise<Shelf<FeedFact>> {
  const known = await store.feeds.factsOf(feed.name)
  return {
    known,
    entryOf(record, note) {
      const fact = feed.parse(record, note)
      return fact && known.get(fact.key) === fact.value ? 'same' : fact
    },
    put: (facts) => transaction.putFacts(feed.name, feed.kind, facts),
    remove: (keys) => transaction.removeFacts(feed.name, keys),
  }
}

async function readInto<E>(shelf: Shelf<E>, contents: FeedContents, signal: AbortSignal): Promise<Reading> {
  const { known } = shelf
  const seen = new Set<string>()
  const gone: string[] = []
  const reading: Reading = { read: 0, added: 0, changed: 0, removed: 0, skipped: 0, problems: [] }
  let entries: E[] = []
  const flush = async () => {
    signal.throwIfAborted()
    if (entries.length > 0) await shelf.put(entries)
    entries = []
    await nextTurn()
  }

  for await (const item of contents.records(signal)) {
    reading.read++
    seen.add(item.path)
    if ('unchanged' in item) continue
    if ('removed' in item) {
      if (known.has(item.path)) gone.push(item.path)
    } else if ('problem' in item) {
      skip(reading, item.path, item.problem)
    } else {
      const entry = entryOf(shelf, item, reading)
      if (entry !== undefined) entries.push(entry)
    }
    if (reading.read % BATCH === 0) await flush()
  }
  await flush()

  const kept = new Set(contents.keptFolders)
  gone.push(...[...known.keys()].filter((path) => !seen.has(path) && !isBelow(kept, path)))
  for (let start = 0; start < gone.length; start += BATCH) {
    await shelf.remove(gone.slice(start, start + BATCH))
    await flush()
  }
  reading.removed = gone.length
  return reading
}

/** Undefined where the record is stored as it is, or cannot be understood. */
function entryOf<E>(shelf: Shelf<E>, record: FeedRecord, reading: Reading): E | undefined {
  const notes: string[] = []
  const entry = shelf.entryOf(record, (problem) => notes.push(problem))
  if (entry === 'same') return undefined
  if (entry === undefined) return skip(reading, record.path, notes.join('; '))
  if (shelf.known.has(record.path)) reading.changed++
  else reading.added++
  return entry
}

function skip(reading: Reading, path: string, problem: string): undefined {
  reading.skipped++
  if (reading.problems.length < MAX_PROBLEMS) reading.problems.push(`${path}: ${problem}`)
}

/** The root's own files lie below no folder but the root. */
function isBelow(folders: ReadonlySet<string>, path: string): boolean {
  let folder = posix.dirname(path)
  if (folder === '.') return folders.has('')
  while (folder !== '.' && folder !== '/') {
    if (folders.has(folder)) return true
    folder = posix.dirname(folder)
  }
  return false
}
