import { posix } from 'node:path'
import { MAX_RECORD_BYTES } from '../../core/match/osv.ts'
import type { FeedItem } from './feed.ts'
import { tagOf, type HttpSource } from './http-source.ts'

/** `<ECOSYSTEM>/modified_id.csv`: a time and the id of a record a line, newest first. */
const LIST_NAME = 'modified_id.csv'

/** More changes than this cost more requests than the archive costs bytes. */
const MAX_CHANGES = 500
/** A longer list is read only as far as it is new; its removed records are seen when the archive is read. */
const MAX_WHOLE_LIST_BYTES = 4 * 1024 * 1024
/** Records that are fetched at a time. */
const CONCURRENCY = 8
/** An archive may have been begun so long before the time that it bears. */
const ARCHIVE_DELAY_MS = 60 * 60 * 1_000

interface ListState {
  readonly tag: string | null
  /** Time of the newest change that was read. */
  readonly newest: string | null
}

export interface Increment extends ListState {
  /** Whether `records` tells of the unchanged records too, so that what is not among them is gone. */
  readonly whole: boolean
  /** The changed records; of those that the list names and the bucket lacks, that they are removed. */
  records(signal: AbortSignal): AsyncIterable<FeedItem>
}

/** Where the list stands now; not beyond what an archive of `archived` (milliseconds) can hold. */
export async function newestOf(
  source: HttpSource,
  folder: string,
  archived: number | undefined,
  signal: AbortSignal,
): Promise<ListState> {
  const answer = await source.ask('GET', listPath(folder), null, signal)
  if (typeof answer === 'string') return { tag: null, newest: null }
  for await (const line of source.lines(answer, signal)) {
    const change = changeOf(line)
    if (!change) break
    const bound = archived === undefined ? change.time : archived - ARCHIVE_DELAY_MS
    // A list that is ahead of the archive has to be read again, whatever its tag says.
    if (bound < change.time) return { tag: null, newest: new Date(bound).toISOString() }
    return { tag: tagOf(answer), newest: change.at }
  }
  return { tag: null, newest: null }
}

/** What changed since; undefined where the list cannot tell, or tells of too much. */
export async function incrementOf(
  source: HttpSource,
  folder: string,
  state: ListState,
  signal: AbortSignal,
): Promise<Increment | undefined> {
  if (state.newest === null) return undefined
  const answer = await source.ask('GET', listPath(folder), state.tag, signal)
  if (answer === 'missing') return undefined
  if (answer === 'unchanged') return { ...state, whole: false, records: none }

  const known = Date.parse(state.newest)
  const length = Number(answer.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
  const whole = length <= MAX_WHOLE_LIST_BYTES
  const changes: Change[] = []
  const unchanged: string[] = []
  for await (const line of source.lines(answer, signal)) {
    if (line.trim() === '') continue
    const change = changeOf(line)
    if (!change || changes.length > MAX_CHANGES) return undefined
    if (change.time > known) changes.push(change)
    else if (whole) unchanged.push(change.id)
    else break
  }
  const newest = changes[0]?.at ?? state.newest
  const ids = new Set(changes.map(({ id }) => id))
  return {
    tag: tagOf(answer),
    newest,
    whole,
    async *records(given) {
      yield* changedRecords(source, folder, [...ids], given)
      for (const id of unchanged) if (!ids.has(id)) yield { path: pathOf(folder, id), unchanged: true }
    },
  }
}

const pathOf = (folder: string, id: string): string => posix.join(folder, `${id}.json`)

interface Change {
  readonly at: string
  /** Milliseconds. */
  readonly time: number
  readonly id: string
}

function changeOf(line: string): Change | undefined {
  const { at, id } = /^(?<at>[^,]+),(?<id>[!-.0-~]+)\r?$/.exec(line)?.groups ?? {}
  if (at === undefined || id === undefined || id.startsWith('.')) return undefined
  const time = Date.parse(at)
  return Number.isNaN(time) ? undefined : { at, time, id }
}

const listPath = (folder: string) => `${encodeURIComponent(folder)}/${LIST_NAME}`

async function* none(): AsyncGenerator<FeedItem> {}

async function* changedRecords(
  source: HttpSource,
  folder: string,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<FeedItem> {
  for (let start = 0; start < ids.length; start += CONCURRENCY) {
    const some = ids.slice(start, start + CONCURRENCY)
    yield* await Promise.all(some.map((id) => fetchRecord(source, folder, id, signal)))
  }
}

async function fetchRecord(source: HttpSource, folder: string, id: string, signal: AbortSignal): Promise<FeedItem> {
  const path = pathOf(folder, id)
  const answer = await source.ask('GET', `${encodeURIComponent(folder)}/${encodeURIComponent(id)}.json`, null, signal)
  if (typeof answer === 'string') return { path, removed: true }
  return { path, bytes: await source.body(answer, MAX_RECORD_BYTES, signal) }
}
