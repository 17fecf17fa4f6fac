import type { Feed } from '../adapters/feeds/feed.ts'
import type { FeedEffect } from '../adapters/store/feed-records.ts'
import { gateReasons } from '../core/match/adoption-gate.ts'
import { TallymanError } from '../errors.ts'
import { foreseeEffect } from './foresee-effect.ts'
import type { Preview } from './preview-images.ts'
import { readFeed, type Reading } from './read-feed.ts'
import { feedLockSeconds, snapshotWith, stateOf, type RefreshDeps } from './refresh-feeds.ts'

/** What adopting a state of a feed would change, records and verdicts. */
export interface FeedPreview extends Pick<Reading, 'added' | 'changed' | 'removed' | 'skipped'> {
  readonly feed: string
  /** Why the gate would hold it back; empty where it would not. */
  readonly reasons: readonly string[]
  /** Null where it is no feed of advisories: what other facts make of images is not foreseen. */
  readonly effect: FeedEffect | null
  /** The first images that would have another outcome, worst first. */
  readonly images: Preview['changed']
}

/** Reads a state of a feed as if to adopt it, tells what that would change, and gives it up. STORE_UNAVAILABLE while others read feeds. */
export async function previewFeed(
  feed: Feed,
  maxLoss: number | null,
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<FeedPreview> {
  const preview = await deps.store.exclusively('feeds', feedLockSeconds, () =>
    readAndGiveUp(feed, maxLoss, deps, signal),
  )
  if (preview) return preview
  throw new TallymanError(
    'STORE_UNAVAILABLE',
    'another process is reading feeds into this store; try again when it is done',
  )
}

async function readAndGiveUp(
  feed: Feed,
  maxLoss: number | null,
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<FeedPreview> {
  const { store, now } = deps
  const current = await store.feeds.current()
  const known = current?.feeds.find(({ name }) => name === feed.name)
  const contents = await feed.open(null, signal)
  const transaction = await store.feeds.begin()
  try {
    const reading = await readFeed(feed, contents, transaction, store, signal)
    const state = await stateOf(feed, contents, reading, transaction)
    const { read, added, changed, removed, skipped } = reading
    const partial = contents.keptFolders.length > 0
    const reasons = known && maxLoss !== null ? gateReasons(known, { ...state, read, partial }, maxLoss) : []
    const foreseen =
      feed.kind === 'osv'
        ? await foreseeEffect(transaction, snapshotWith(state, current, transaction, now()), deps, signal)
        : null
    const images = foreseen?.changed ?? []
    return { feed: feed.name, added, changed, removed, skipped, reasons, effect: foreseen?.effect ?? null, images }
  } finally {
    await transaction.discard()
  }
}
