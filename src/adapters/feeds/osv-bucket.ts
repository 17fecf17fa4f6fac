import type { Response } from 'undici'
import { TallymanError } from '../../errors.ts'
import { verifyRemote } from './checksum.ts'
import type { FeedItem } from './feed.ts'
import { httpSource, tagOf, type HttpOptions, type HttpSource } from './http-source.ts'
import { incrementOf, newestOf, type Increment } from './osv-increment.ts'
import { ARCHIVE_NAME, MAX_ARCHIVE_BYTES, archiveRecords, type FeedPart } from './osv-part.ts'

export interface BucketOptions extends HttpOptions {
  readonly ecosystems: readonly string[]
}

/** The list of ecosystems has under a hundred short lines. */
const MAX_LIST_BYTES = 64 * 1024

/** Only a whole archive shows what was removed, so one is read at least so often; in between, what changed since. */
const WHOLE_EVERY_MS = 24 * 60 * 60 * 1_000

/**
 * One part for each ecosystem of a bucket in OSV's layout. `known`: the tags of the parts that were read last. Of an ecosystem
 * that changed, the few records that did, where its list of changes tells which, else the archive; archives and records are
 * fetched only when they are asked for. FEED_UNAVAILABLE, FEED_INVALID.
 */
export async function bucketParts(
  url: URL,
  options: BucketOptions,
  known: ReadonlyMap<string, string | null>,
  signal: AbortSignal,
): Promise<FeedPart[]> {
  const { ecosystems } = options
  const archived = url.pathname.endsWith('.zip')
  const source = httpSource(archived ? url : asFolder(url), options)
  if (archived) return [await archivePart(source, { folder: '', path: '', ecosystems }, stateOf(known.get('')), signal)]
  const parts: FeedPart[] = []
  for (const folder of ecosystems.length > 0 ? ecosystems : await listedEcosystems(source, signal)) {
    parts.push(await ecosystemPart(source, folder, stateOf(known.get(folder)), signal))
  }
  return parts
}

function asFolder(url: URL): URL {
  const folder = new URL(url)
  if (!folder.pathname.endsWith('/')) folder.pathname += '/'
  return folder
}

async function listedEcosystems(source: HttpSource, signal: AbortSignal): Promise<string[]> {
  const response = await source.get('ecosystems.txt', signal)
  const lines = (await source.body(response, MAX_LIST_BYTES, signal)).toString().split('\n')
  // Releases (`Alpine:v3.20`) have no archive of their own: their records lie in the base ecosystem's.
  const names = lines.map((line) => line.trim()).filter((name) => name !== '' && !name.includes(':'))
  if (names.length === 0 || !names.every((name) => /^[\w[\]][\w .[\]-]*$/.test(name))) {
    throw new TallymanError('FEED_INVALID', `${source.href('ecosystems.txt')} is not a list of ecosystems`)
  }
  return names
}

/** What is remembered of an ecosystem, as the tag of its part. */
interface State {
  readonly zip: string | null
  /** Tag and newest time of the list of changes, as far as its changes were read; null where there is no list. */
  readonly list: string | null
  readonly newest: string | null
  /** When the archive was last compared. */
  readonly whole: string
}

function stateOf(tag: string | null | undefined): State | undefined {
  try {
    const state: unknown = JSON.parse(tag ?? 'null')
    return typeof state === 'object' && state !== null && 'whole' in state ? (state as State) : undefined
  } catch {
    return undefined
  }
}

const ecosystemPath = (folder: string, name: string) => `${encodeURIComponent(folder)}/${name}`

async function ecosystemPart(
  source: HttpSource,
  folder: string,
  state: State | undefined,
  signal: AbortSignal,
): Promise<FeedPart> {
  const where = { folder, path: ecosystemPath(folder, ARCHIVE_NAME), ecosystems: [] }
  if (!state) return archivePart(source, where, undefined, signal)
  if (Date.now() - Date.parse(state.whole) >= WHOLE_EVERY_MS) {
    const part = await archivePart(source, where, state, signal)
    if (part.tag !== JSON.stringify(state)) return part
  }
  const increment = await incrementOf(source, folder, { tag: state.list, newest: state.newest }, signal)
  return increment ? incrementPart(folder, state, increment) : archivePart(source, where, state, signal)
}

function incrementPart(folder: string, state: State, { tag, newest, whole, records }: Increment): FeedPart {
  return {
    folder,
    tag: JSON.stringify({ ...state, list: tag, newest }),
    changed: new Date().toISOString(),
    partial: !whole,
    records,
  }
}

interface Archive {
  /** Where its records lie inside the feed. */
  readonly folder: string
  /** Where it lies itself, relative to the source. */
  readonly path: string
  readonly ecosystems: readonly string[]
}

/** The whole archive; with the tag of `state` where it still is that one. */
async function archivePart(
  source: HttpSource,
  { folder, path, ecosystems }: Archive,
  state: State | undefined,
  signal: AbortSignal,
): Promise<FeedPart> {
  const answer = await source.ask('HEAD', path, state?.zip ?? null, signal)
  if (answer === 'missing') {
    throw new TallymanError('FEED_UNAVAILABLE', `${source.href(path)} answered 404`, { status: 404 })
  }
  const changed = new Date().toISOString()
  const records = async function* (given: AbortSignal): AsyncGenerator<FeedItem> {
    const archive = await source.body(await source.get(path, given), MAX_ARCHIVE_BYTES, given)
    await verifyRemote(source, path, archive, given)
    yield* archiveRecords(archive, folder, ecosystems, given)
  }
  if (answer === 'unchanged') return { folder, tag: JSON.stringify(state), changed, records }
  const zip = tagOf(answer)
  if (zip === null) return { folder, tag: null, changed, records }
  const list = path === '' ? { tag: null, newest: null } : await newestOf(source, folder, dateOf(answer), signal)
  const next: State = { zip, list: list.tag, newest: list.newest, whole: changed }
  return { folder, tag: JSON.stringify(next), changed, records }
}

function dateOf({ headers }: Response): number | undefined {
  const time = Date.parse(headers.get('last-modified') ?? '')
  return Number.isNaN(time) ? undefined : time
}
