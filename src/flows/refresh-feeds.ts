import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Feed, FeedContents, FeedRecord } from '../adapters/feeds/feed.ts'
import type { FeedEntry, Snapshot, SnapshotFeed } from '../adapters/store/records.ts'
import type { FeedTransaction, Store } from '../adapters/store/store.ts'
import { asTallymanError, TallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'

export interface RefreshDeps {
  readonly store: Pick<Store, 'feeds' | 'exclusively'>
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly now: () => Date
}

export interface FeedRefresh {
  /** The snapshot in force afterwards; undefined if none was ever adopted. */
  readonly snapshot: Snapshot | undefined
  /** Every feed that was read, also where nothing had changed. */
  readonly changes: readonly FeedChange[]
  /** Feeds that could not be read: their last state stays in force. */
  readonly failed: readonly { readonly feed: string; readonly code: string; readonly error: string }[]
}

/** Numbers of records. */
interface FeedChange {
  readonly feed: string
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Could not be understood: noted with the feed; what was known at their path stays in force. */
  readonly skipped: number
}

/** The lock outlives a killed process by this long; while the work runs the store renews it. */
const LOCK_SECONDS = 60
/** Records that are read, and entries that are written, before others have their turn. */
const BATCH = 500
/** Of the records that could not be understood, the first few are kept in words. */
const MAX_PROBLEMS = 10

/**
 * Brings the store to what the feeds have now. Each feed that changed becomes a snapshot of its own, all of it or nothing: a
 * feed that fails half way is reported, and neither its last state nor another feed's new one suffers. Records that have the
 * hash they had are not parsed. Does nothing while another process does it.
 */
export async function refreshFeeds(
  feeds: readonly Feed[],
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<FeedRefresh> {
  const changes: FeedChange[] = []
  const failed: { feed: string; code: string; error: string }[] = []
  const done = await deps.store.exclusively('feeds', LOCK_SECONDS, async () => {
    for (const feed of feeds) {
      try {
        changes.push(await refreshFeed(feed, deps, signal))
      } catch (thrown) {
        const { code, message } = asTallymanError(thrown)
        if (signal.aborted || !code.startsWith('FEED_')) throw thrown
        failed.push({ feed: feed.name, code, error: message })
      }
    }
    return true
  })
  if (!done) deps.log.info('another process is reading the feeds')
  return { snapshot: await deps.store.feeds.current(), changes, failed }
}

async function refreshFeed(feed: Feed, deps: RefreshDeps, signal: AbortSignal): Promise<FeedChange> {
  const { store, log, now } = deps
  const current = await store.feeds.current()
  const known = current?.feeds.find(({ name }) => name === feed.name)
  const contents = await feed.open(known ? knownFingerprint(feed, known) : null, signal)
  if (known?.fingerprint === fingerprintOf(feed, contents)) {
    await store.feeds.confirm({ ...known, fetched: contents.fetched })
    return { feed: feed.name, added: 0, changed: 0, removed: 0, skipped: known.skipped }
  }

  const transaction = await store.feeds.begin()
  const reading = await readInto(transaction, feed, contents, store, signal)
  const { added, changed, removed, problems } = reading
  const { advisories, ecosystems } = await transaction.count(feed.name)
  const state: SnapshotFeed = {
    name: feed.name,
    location: feed.location,
    fingerprint: fingerprintOf(feed, contents),
    fetched: contents.fetched,
    advisories,
    ecosystems,
    skipped: reading.skipped,
    problems,
  }
  if (known && added + changed + removed === 0) await store.feeds.confirm(state)
  else await transaction.adopt([state], now().toISOString())
  const change: FeedChange = { feed: feed.name, added, changed, removed, skipped: reading.skipped }
  log.info({ ...change, advisories, snapshot: transaction.number }, 'feed read')
  if (reading.skipped > 0) log.warn({ feed: feed.name, problems }, 'records of the feed could not be understood')
  return change
}

/** A fingerprint of another parser's contents says nothing: what was parsed then has to be parsed again. */
const fingerprintOf = (feed: Feed, { fingerprint }: FeedContents): string => `${feed.version} ${fingerprint}`

function knownFingerprint(feed: Feed, { fingerprint }: SnapshotFeed): string | null {
  const prefix = `${feed.version} `
  return fingerprint.startsWith(prefix) ? fingerprint.slice(prefix.length) : null
}

interface Reading {
  read: number
  added: number
  changed: number
  removed: number
  skipped: number
  readonly problems: string[]
}

/** Puts what is new or other, removes what is gone. FEED_INVALID if hardly anything could be understood. */
async function readInto(
  transaction: FeedTransaction,
  feed: Feed,
  contents: FeedContents,
  store: RefreshDeps['store'],
  signal: AbortSignal,
): Promise<Reading> {
  const hashes = await store.feeds.hashes(feed.name)
  const seen = new Set<string>()
  const reading: Reading = { read: 0, added: 0, changed: 0, removed: 0, skipped: 0, problems: [] }
  let entries: FeedEntry[] = []
  const flush = async () => {
    signal.throwIfAborted()
    if (entries.length > 0) await transaction.put(feed.name, entries)
    entries = []
    await nextTurn()
  }

  for await (const record of contents.records(signal)) {
    reading.read++
    seen.add(record.path)
    const entry =
      'problem' in record ? skip(reading, record.path, record.problem) : entryOf(feed, record, hashes, reading)
    if (entry) entries.push(entry)
    if (reading.read % BATCH === 0) await flush()
  }
  refuseGarbage(feed, contents, reading)

  const kept = new Set(contents.unchangedFolders)
  const gone = [...hashes.keys()].filter((path) => !seen.has(path) && !isBelow(kept, path))
  await flush()
  for (let start = 0; start < gone.length; start += BATCH) {
    await transaction.remove(feed.name, gone.slice(start, start + BATCH))
    await flush()
  }
  reading.removed = gone.length
  return reading
}

/** Undefined where the record is stored as it is, or cannot be understood. */
function entryOf(
  feed: Feed,
  record: FeedRecord,
  hashes: ReadonlyMap<string, string>,
  reading: Reading,
): FeedEntry | undefined {
  const { path, bytes } = record
  const hash = createHash('sha256').update(`${feed.version}\n`).update(bytes).digest('hex')
  const known = hashes.get(path)
  if (known === hash) return undefined
  const notes: string[] = []
  const advisory = feed.parse(record, (problem) => notes.push(problem))
  if (!advisory) return skip(reading, path, notes.join('; '))
  if (known === undefined) reading.added++
  else reading.changed++
  return { path, hash, advisory }
}

function skip(reading: Reading, path: string, problem: string): undefined {
  reading.skipped++
  if (reading.problems.length < MAX_PROBLEMS) reading.problems.push(`${path}: ${problem}`)
}

/** A feed that changed its format, or a folder that is none, must not pass for one without vulnerabilities. */
function refuseGarbage({ name, location }: Feed, { unchangedFolders }: FeedContents, reading: Reading): void {
  const { read, skipped, problems } = reading
  if (read === 0 && unchangedFolders.length === 0) {
    throw new TallymanError('FEED_INVALID', `feed ${name} has no records at ${location}; nothing of it is adopted`)
  }
  if (skipped * 2 <= read) return
  throw new TallymanError(
    'FEED_INVALID',
    `${skipped} of ${read} records of feed ${name} cannot be understood, nothing of it is adopted; first ${problems[0]}`,
  )
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
