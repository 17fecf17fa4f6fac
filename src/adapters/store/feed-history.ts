import type { AdvisoryAspect } from '../../core/match/advisory-changes.ts'
import { TallymanError } from '../../errors.ts'
import { pageOf, paging } from './cursor.ts'
import type { FeedDifference } from './feed-records.ts'
import { listed } from './rows.ts'
import type { Db } from './schema.ts'
import { currentNumber } from './snapshot-rows.ts'
import type { FeedTables } from './store.ts'

/** Ended advisories are kept for this many snapshots, then deleted: an hourly feed would else grow the store for ever. */
export const keptSnapshots = 100

/** See FeedTables: what differs between snapshots. Added and removed records are told by the numbers of their rows. */
export function feedHistory(db: Db): Pick<FeedTables, 'diff' | 'changes'> {
  return {
    async diff(from, to, feed, request) {
      const page = paging<[string, string]>('feed differences', ['', ''], request)
      await requireComparable(db, from, to)
      const rows = await touchedPaths(db, from, to, feed, page.after, page.limit + 1)
      const { items, next } = pageOf('feed differences', rows, page.limit, (row) => [row.feed, row.path])
      const differences: FeedDifference[] = []
      for (const [name, part] of Map.groupBy(items, (row) => row.feed)) {
        const paths = part.map(({ path }) => path)
        differences.push(...(await differencesOf(db, from, to, name, paths)))
      }
      return { items: differences, next }
    },

    async changes(from, to) {
      if (from < (await currentNumber(db)) - keptSnapshots) return undefined
      return {
        packageKeys: await touchedKeys(db, from, to),
        rated: await touchedRatings(db, from, to),
        kev: await touchedFacts(db, from, to, 'kev'),
        epss: await touchedFacts(db, from, to, 'epss'),
      }
    },
  }
}

/**
 * NOT_FOUND for a snapshot that there is not, or of which too much was deleted to tell; nothing has to be kept of 0, before the
 * first. REQUEST_INVALID for two in the wrong order: it would look as if nothing had changed.
 */
async function requireComparable(db: Db, from: number, to: number): Promise<void> {
  if (from > to) {
    throw new TallymanError('REQUEST_INVALID', `snapshot ${from} is later than ${to}; name the earlier one first`)
  }
  const current = await currentNumber(db)
  const oldest = Math.max(1, current - keptSnapshots)
  const missing = [from, to].find((number) => number > current || (number < oldest && number > 0))
  if (missing === undefined) return
  const known = current === 0 ? 'none was adopted yet' : `there are ${oldest} to ${current}`
  throw new TallymanError('NOT_FOUND', `there is no snapshot ${missing} to compare: ${known}`)
}

/** Package keys of the advisories that begin or end in (from, to], but for those in which only text changed. */
export async function touchedKeys(db: Db, from: number, to: number): Promise<string[]> {
  const keys = new Set<string>()
  for (const column of ['since', 'until'] as const) {
    const rows = await touchedAdvisories(db, column, from, to)
      .innerJoin('affected', 'affected.advisory_id', 'advisory.id')
      .select('affected.key')
      .distinct()
      .execute()
    for (const { key } of rows) keys.add(key)
  }
  return [...keys]
}

async function touchedRatings(db: Db, from: number, to: number): Promise<string[]> {
  const ids = new Set<string>()
  for (const column of ['since', 'until'] as const) {
    const rows = await touchedAdvisories(db, column, from, to)
      .innerJoin('rated', 'rated.advisory_id', 'advisory.id')
      .select('rated.id')
      .distinct()
      .execute()
    for (const { id } of rows) ids.add(id)
  }
  return [...ids]
}

function touchedAdvisories(db: Db, column: 'since' | 'until', from: number, to: number) {
  return db
    .selectFrom('advisory')
    .leftJoin('feed_change', (join) =>
      join
        .onRef('feed_change.snapshot', '=', `advisory.${column}`)
        .onRef('feed_change.feed', '=', 'advisory.feed')
        .onRef('feed_change.path', '=', 'advisory.path'),
    )
    .where(`advisory.${column}`, '>', from)
    .where(`advisory.${column}`, '<=', to)
    .where((eb) => eb.or([eb('feed_change.aspects', 'is', null), eb('feed_change.aspects', '<>', 'text')]))
}

async function touchedFacts(db: Db, from: number, to: number, kind: string): Promise<string[]> {
  const keys = new Set<string>()
  for (const column of ['since', 'until'] as const) {
    const rows = await db
      .selectFrom('feed_fact')
      .select('key')
      .distinct()
      .where('kind', '=', kind)
      .where(column, '>', from)
      .where(column, '<=', to)
      .execute()
    for (const { key } of rows) keys.add(key)
  }
  return [...keys]
}

interface Touched {
  readonly feed: string
  readonly path: string
}

/** Of advisories and facts that were in force at one of the two snapshots and not at the other. */
async function touchedPaths(
  db: Db,
  from: number,
  to: number,
  feed: string | null,
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<readonly Touched[]> {
  const begun = advisoriesBegun(db, from, to).select(['feed', 'path'])
  const ended = advisoriesEnded(db, from, to).select(['feed', 'path'])
  const factsBegun = factRows(db).where('since', '>', from).where('since', '<=', to).select(['feed', 'key as path'])
  const factsEnded = factRows(db).where('until', '>', from).where('until', '<=', to).select(['feed', 'key as path'])
  return db
    .selectFrom(begun.union(ended).union(factsBegun).union(factsEnded).as('touched'))
    .select(['feed', 'path'])
    .$if(feed !== null, (query) => query.where('feed', '=', feed))
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('feed', '>', after?.[0] ?? ''),
          eb.and([eb('feed', '=', after?.[0] ?? ''), eb('path', '>', after?.[1] ?? '')]),
        ]),
      ),
    )
    .orderBy('feed')
    .orderBy('path')
    .limit(limit)
    .execute()
}

const factRows = (db: Db) => db.selectFrom('feed_fact')

/** In force at `to`, not at `from`. */
function advisoriesBegun(db: Db, from: number, to: number) {
  return db
    .selectFrom('advisory')
    .where('since', '>', from)
    .where('since', '<=', to)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', to)]))
}

/** In force at `from`, not at `to`. */
function advisoriesEnded(db: Db, from: number, to: number) {
  return db.selectFrom('advisory').where('until', '>', from).where('until', '<=', to).where('since', '<=', from)
}

async function differencesOf(
  db: Db,
  from: number,
  to: number,
  feed: string,
  paths: readonly string[],
): Promise<FeedDifference[]> {
  const columns = ['path', 'advisory_id as id', 'hash', 'withdrawn'] as const
  const differences: FeedDifference[] = []
  for (const part of listed(paths)) {
    const begun = await advisoriesBegun(db, from, to)
      .select(columns)
      .where('feed', '=', feed)
      .where('path', 'in', part)
      .execute()
    const ended = await advisoriesEnded(db, from, to)
      .select(columns)
      .where('feed', '=', feed)
      .where('path', 'in', part)
      .execute()
    const aspects = await aspectsBetween(db, from, to, feed, part)
    const facts = await factRowsBetween(db, from, to, feed, part)
    const sides = sidesOf([...ended, ...facts.ended], [...begun, ...facts.begun])
    for (const path of part) {
      const side = sides.get(path)
      if (side) differences.push(...differenceOf(feed, path, side, aspects.get(path) ?? []))
    }
  }
  return differences
}

interface Row {
  readonly path: string
  readonly id: string
  readonly hash: string
  readonly withdrawn: string | null
}

interface Sides {
  readonly before?: Row
  readonly after?: Row
}

function sidesOf(before: readonly Row[], after: readonly Row[]): Map<string, Sides> {
  const sides = new Map<string, Sides>(before.map((row) => [row.path, { before: row }]))
  for (const row of after) sides.set(row.path, { ...sides.get(row.path), after: row })
  return sides
}

/** Nothing where a record went and came back as it was. */
function differenceOf(
  feed: string,
  path: string,
  { before, after }: Sides,
  aspects: readonly AdvisoryAspect[],
): FeedDifference[] {
  if (!after) return before ? [{ feed, path, id: before.id, change: 'removed', aspects: [] }] : []
  if (!before) return [{ feed, path, id: after.id, change: 'added', aspects: [] }]
  if (before.hash === after.hash) return []
  const change = after.withdrawn !== null && before.withdrawn === null ? 'withdrawn' : 'changed'
  return [{ feed, path, id: after.id, change, aspects }]
}

async function aspectsBetween(
  db: Db,
  from: number,
  to: number,
  feed: string,
  paths: readonly string[],
): Promise<Map<string, AdvisoryAspect[]>> {
  const rows = await db
    .selectFrom('feed_change')
    .select(['path', 'aspects'])
    .where('snapshot', '>', from)
    .where('snapshot', '<=', to)
    .where('feed', '=', feed)
    .where('path', 'in', paths)
    .orderBy('snapshot')
    .execute()
  const aspects = new Map<string, AdvisoryAspect[]>()
  for (const { path, aspects: changed } of rows) {
    const all = new Set([...(aspects.get(path) ?? []), ...(changed.split(',') as AdvisoryAspect[])])
    aspects.set(path, [...all])
  }
  return aspects
}

/** A fact's value stands for the hash that an advisory has. */
async function factRowsBetween(db: Db, from: number, to: number, feed: string, keys: readonly string[]) {
  const columns = ['key as path', 'key as id', 'value as hash'] as const
  const named = () => factRows(db).select(columns).where('feed', '=', feed).where('key', 'in', keys)
  const begun = await named()
    .where('since', '>', from)
    .where('since', '<=', to)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', to)]))
    .execute()
  const ended = await named().where('until', '>', from).where('until', '<=', to).where('since', '<=', from).execute()
  const rows = (found: typeof begun): Row[] => found.map((row) => ({ ...row, withdrawn: null }))
  return { begun: rows(begun), ended: rows(ended) }
}
