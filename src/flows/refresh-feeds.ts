import type { Feed, FeedContents } from '../adapters/feeds/feed.ts'
import type { FeedCandidate } from '../adapters/store/feed-records.ts'
import type { Snapshot, SnapshotFeed } from '../adapters/store/records.ts'
import type { FeedTransaction, Store } from '../adapters/store/store.ts'
import { gateReasons } from '../core/match/adoption-gate.ts'
import { asTallymanError, TallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { foreseeEffect, type ForeseeDeps } from './foresee-effect.ts'
import { readFeed, type Reading } from './read-feed.ts'

export interface RefreshDeps extends ForeseeDeps {
  readonly store: ForeseeDeps['store'] & Pick<Store, 'exclusively'>
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** A feed with all places where it lies. */
export interface FeedSource {
  /** Tried in this order, until one can be read. */
  readonly mirrors: readonly Feed[]
  /** Share of the records that it may lose in one step (core/match/adoption-gate.ts); null adopts whatever can be read. */
  readonly maxLoss: number | null
}

export interface FeedRefresh {
  /** The snapshot in force afterwards; undefined if none was ever adopted. */
  readonly snapshot: Snapshot | undefined
  /** Every feed that was read, also where nothing had changed. */
  readonly changes: readonly FeedChange[]
  /** States that were not adopted, with the reasons: the last ones stay in force. */
  readonly held: readonly FeedCandidate[]
  /** Feeds that could not be read: their last state stays in force. */
  readonly failed: readonly { readonly feed: string; readonly code: string; readonly error: string }[]
}

/** Numbers of records. */
type FeedChange = Pick<Reading, 'added' | 'changed' | 'removed' | 'skipped'> & { readonly feed: string }

/** The lock outlives a killed process by this long; while the work runs the store renews it. */
export const feedLockSeconds = 60

/**
 * Brings the store to what the feeds have now. Each feed that changed becomes a snapshot of its own, all of it or nothing: a
 * feed that fails half way is reported, and neither its last state nor another feed's new one suffers; one whose new state
 * looks broken is held back. Does nothing while another process does it.
 */
export async function refreshFeeds(
  sources: readonly FeedSource[],
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<FeedRefresh> {
  const { store } = deps
  const changes: FeedChange[] = []
  const held: FeedCandidate[] = []
  const failed: { feed: string; code: string; error: string }[] = []
  const done = await store.exclusively('feeds', feedLockSeconds, async () => {
    for (const source of sources) {
      const feed = source.mirrors[0]?.name ?? ''
      const attemptedAt = deps.now().toISOString()
      try {
        const outcome = await refreshSource(source, deps, signal)
        if ('reasons' in outcome) held.push(outcome)
        else changes.push(outcome)
        await store.feeds.saveHealth({ feed, attemptedAt, code: null, error: null })
      } catch (thrown) {
        const { code, message } = asTallymanError(thrown)
        if (signal.aborted || !code.startsWith('FEED_')) throw thrown
        failed.push({ feed, code, error: message })
        await store.feeds.saveHealth({ feed, attemptedAt, code, error: message })
      }
    }
    return true
  })
  if (!done) deps.log.info('another process is reading the feeds')
  return { snapshot: await store.feeds.current(), changes, held, failed }
}

/** From the first mirror that can be read; if none can, the last one's error with what the others said. */
async function refreshSource(
  { mirrors, maxLoss }: FeedSource,
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<FeedChange | FeedCandidate> {
  const problems: TallymanError[] = []
  for (const feed of mirrors) {
    try {
      return await refreshFeed(feed, maxLoss, deps, signal)
    } catch (thrown) {
      const problem = asTallymanError(thrown)
      if (signal.aborted || !problem.code.startsWith('FEED_')) throw thrown
      problems.push(problem)
      if (problems.length < mirrors.length) {
        deps.log.warn({ feed: feed.name, code: problem.code }, `${problem.message}; the next mirror is tried`)
      }
    }
  }
  const [first, ...others] = problems
  if (!first) throw new TallymanError('FEED_UNAVAILABLE', 'the feed has no location')
  if (others.length === 0) throw first
  throw new TallymanError(first.code, problems.map(({ message }) => message).join('; '))
}

async function refreshFeed(
  feed: Feed,
  maxLoss: number | null,
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<FeedChange | FeedCandidate> {
  const { store, log, now } = deps
  const current = await store.feeds.current()
  const known = current?.feeds.find(({ name }) => name === feed.name)
  const contents = await feed.open(known ? knownFingerprint(feed, known) : null, signal)
  const fingerprint = fingerprintOf(feed, contents)
  if (known?.fingerprint === fingerprint && known.location === feed.location) {
    await store.feeds.confirm({ ...known, fetched: contents.fetched })
    await store.feeds.release(feed.name)
    return { feed: feed.name, added: 0, changed: 0, removed: 0, skipped: known.skipped }
  }
  const candidate = (await store.feeds.candidates()).find(({ feed: name }) => name === feed.name)
  if (candidate && maxLoss !== null && !candidate.approved && candidate.fingerprint === fingerprint) return candidate

  const transaction = await store.feeds.begin()
  const reading = await readFeed(feed, contents, transaction, store, signal)
  if (!known) refuseGarbage(feed, reading)
  const state = await stateOf(feed, contents, reading, transaction)
  const { added, changed, removed, skipped } = reading
  const change = { feed: feed.name, added, changed, removed, skipped }
  const partial = contents.keptFolders.length > 0
  const reasons =
    known && maxLoss !== null ? gateReasons(known, { ...state, read: reading.read, partial }, maxLoss) : []
  if (known && added + changed + removed === 0 && reasons.length === 0) {
    await store.feeds.confirm(state)
    await store.feeds.release(feed.name)
    return change
  }

  const foreseen =
    known && feed.kind === 'osv'
      ? await foreseeEffect(transaction, snapshotWith(state, current, transaction, now()), deps, signal)
      : null
  const effect = foreseen?.effect ?? null
  if (reasons.length > 0 && !isApproved(candidate, change)) {
    await transaction.discard()
    const heldAt = now().toISOString()
    const { location, fetched } = state
    const held = { ...change, location, fetched, fingerprint, heldAt, reasons, effect, approved: false }
    await store.feeds.hold(held)
    log.error({ ...change, reasons, effect }, `a new state of feed ${feed.name} is held back; the last stays in force`)
    return held
  }

  await transaction.adopt([state], now().toISOString())
  await store.feeds.release(feed.name)
  log.info({ ...change, effect, records: state.records, snapshot: transaction.number }, 'feed read')
  if (skipped > 0)
    log.warn({ feed: feed.name, problems: state.problems }, 'records of the feed could not be understood')
  return change
}

/** As the snapshot that it would be were it adopted. */
export function snapshotWith(
  state: SnapshotFeed,
  current: Snapshot | undefined,
  { number }: Pick<FeedTransaction, 'number'>,
  now: Date,
): Snapshot {
  const others = (current?.feeds ?? []).filter(({ name }) => name !== state.name)
  return { number, adoptedAt: now.toISOString(), feeds: [...others, state] }
}

export async function stateOf(
  feed: Feed,
  contents: FeedContents,
  { skipped, problems }: Reading,
  transaction: FeedTransaction,
): Promise<SnapshotFeed> {
  const { name, kind, location } = feed
  const { advisories, ecosystems } = await transaction.count(name)
  const records = kind === 'osv' ? advisories : await transaction.countFacts(name)
  const fingerprint = fingerprintOf(feed, contents)
  return {
    name,
    kind,
    location,
    fingerprint,
    fetched: contents.fetched,
    records,
    advisories,
    ecosystems,
    skipped,
    problems,
  }
}

/** A fingerprint of another parser's contents says nothing: what was parsed then has to be parsed again. */
const fingerprintOf = (feed: Feed, { fingerprint }: FeedContents): string => `${feed.version} ${fingerprint}`

/** Another mirror's validators say nothing about this one. */
function knownFingerprint(feed: Feed, { fingerprint, location }: SnapshotFeed): string | null {
  const prefix = `${feed.version} `
  return location === feed.location && fingerprint.startsWith(prefix) ? fingerprint.slice(prefix.length) : null
}

/** The operator's word is for what was shown: a state that differs from it by other numbers is held back anew. */
function isApproved(candidate: FeedCandidate | undefined, change: FeedChange): boolean {
  const { added, changed, removed, skipped } = change
  return (
    candidate?.approved === true &&
    candidate.added === added &&
    candidate.changed === changed &&
    candidate.removed === removed &&
    candidate.skipped === skipped
  )
}

/** Of the first state there is nothing to compare with: a folder that is no feed must not pass for one without vulnerabilities. */
function refuseGarbage({ name, location }: Feed, { read, skipped, problems }: Reading): void {
  if (read === 0) {
    throw new TallymanError('FEED_INVALID', `feed ${name} has no records at ${location}; nothing of it is adopted`)
  }
  if (skipped * 2 <= read) return
  throw new TallymanError(
    'FEED_INVALID',
    `${skipped} of ${read} records of feed ${name} cannot be understood, nothing of it is adopted; first ${problems[0]}`,
  )
}
