import { sql, type Selectable } from 'kysely'
import type { Digest } from '../../core/image/digest.ts'
import type { Severity } from '../../core/match/advisory.ts'
import type { Notice } from '../../core/notice/notice.ts'
import type { Outcome } from '../../core/policy/policy.ts'
import { pageOf, paging } from './cursor.ts'
import type { Engine } from './engine.ts'
import type { NoticeDelivery } from './notice-records.ts'
import { rankAfter, severityOfRank } from './rank.ts'
import { references } from './references.ts'
import { inserted, transact } from './rows.ts'
import type { Database, Db, Tx } from './schema.ts'
import type { NoticeTables } from './store.ts'

/** Delivered or given up: the log goes back so far. */
const keptDays = 30
/** Of one image, to be held against a rule's repositories. */
const manyReferences = 1_000

export function noticeTables(db: Db, engine: Engine): NoticeTables {
  return {
    collect: (run, of, newFindings, limit) =>
      transact(db, async (tx) => {
        const state = tx.selectFrom('notice_state').selectAll().where('name', '=', 'seen')
        // Whoever holds this row collects alone: no change is in two runs.
        const before = await engine.forUpdate(state).executeTakeFirst()
        const seen = await newestFinding(tx)
        if (before === undefined) {
          await rememberAll(tx, seen)
          return 0
        }
        const asked = newFindings && { ...newFindings, after: before.value }
        const count = await collectChanges(tx, { run, seen, of, limit }, asked)
        if (of === 'all' && count === 0) await setState(tx, 'seen', seen)
        return count
      }),

    async runs() {
      const rows = await db.selectFrom('notice_change').select('run').distinct().execute()
      return rows.map(({ run }) => run)
    },

    async changes(run, after, limit) {
      const rows = await db
        .selectFrom('notice_change')
        .innerJoin('image', 'image.id', 'notice_change.image_id')
        .selectAll('notice_change')
        .select(['image.digest', 'image.platform'])
        .where('run', '=', run)
        .where('notice_change.id', '>', after)
        .orderBy('notice_change.id')
        .limit(limit)
        .execute()
      const digests = rows.map((row) => row.digest)
      const known = await references(db, digests, manyReferences)
      return rows.map((row) => ({
        position: row.id,
        digest: row.digest as Digest,
        platform: row.platform,
        references: known.get(row.digest) ?? [],
        from: row.former as Outcome | null,
        to: row.outcome as Outcome,
        cause: row.cause,
        since: row.since,
        newest: row.newest_rank === null ? null : severityOfRank(row.newest_rank),
      }))
    },

    async put(notices, { run, state = {}, at }) {
      await transact(db, async (tx) => {
        for (const part of inserted(notices.map((notice) => noticeRow(notice, at)))) {
          await tx
            .insertInto('notice')
            .values(part)
            .onConflict((oc) => oc.column('id').doNothing())
            .execute()
        }
        for (const [name, value] of Object.entries(state)) await setState(tx, name, value)
        if (run !== undefined) await tx.deleteFrom('notice_change').where('run', '=', run).execute()
        const old = new Date(Date.parse(at) - keptDays * 86_400_000).toISOString()
        await tx.deleteFrom('notice').where('next_try_at', 'is', null).where('created_at', '<', old).execute()
      })
    },

    async state(name) {
      const row = await db.selectFrom('notice_state').select('value').where('name', '=', name).executeTakeFirst()
      return row?.value
    },

    async get(id) {
      const row = await db.selectFrom('notice').selectAll().where('id', '=', id).executeTakeFirst()
      return row && delivery(row)
    },

    async pending() {
      const rows = await db
        .selectFrom('notice')
        .select(['id', 'next_try_at'])
        .where('next_try_at', 'is not', null)
        .orderBy('next_try_at')
        .execute()
      return rows.map((row) => ({ id: row.id, nextTryAt: row.next_try_at ?? '' }))
    },

    async attempted(id, { status, response, error, nextTryAt, at }) {
      await db
        .updateTable('notice')
        .set({ status, response, error, next_try_at: nextTryAt, tried_at: at, attempts: sql`attempts + 1` })
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .execute()
    },

    async list({ rule, status }, request) {
      const page = paging<[number]>('notices', [0], request)
      const rows = await db
        .selectFrom('notice')
        .selectAll()
        .$if(rule !== undefined, (query) => query.where('rule', '=', rule ?? ''))
        .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))
        .$if(page.after !== undefined, (query) => query.where('number', '<', page.after?.[0] ?? 0))
        .orderBy('number', 'desc')
        .limit(page.limit + 1)
        .execute()
      const { items, next } = pageOf('notices', rows, page.limit, (row) => [row.number])
      return { items: items.map(delivery), next }
    },
  }
}

async function newestFinding(tx: Tx): Promise<string> {
  const { at } = await tx
    .selectFrom('package_match')
    .select((eb) => eb.fn.max('first_seen').as('at'))
    .executeTakeFirstOrThrow()
  return at ?? ''
}

/** The first time, nothing is news: what is stored is taken as told. */
async function rememberAll(tx: Tx, seen: string): Promise<void> {
  await setState(tx, 'seen', seen)
  await tx
    .insertInto('notice_told')
    .columns(['image_id', 'outcome', 'decided_at', 'seen'])
    .expression(
      tx
        .selectFrom('verdict')
        .select(['image_id', 'outcome', 'decided_at', sql<string>`cast(${seen} as text)`.as('seen')])
        .where('superseded_at', 'is', null),
    )
    .onConflict((oc) => oc.doNothing())
    .execute()
}

type Of = Parameters<NoticeTables['collect']>[1]

interface Collecting {
  readonly run: string
  readonly seen: string
  readonly of: Of
  readonly limit: number
}

async function collectChanges(
  tx: Tx,
  { run, seen: told, of, limit }: Collecting,
  newFindings: { readonly severity: Severity; readonly after: string } | null,
): Promise<number> {
  const images = tx
    .selectFrom('verdict')
    .innerJoin('image', 'image.id', 'verdict.image_id')
    .leftJoin('notice_told', 'notice_told.image_id', 'verdict.image_id')
    .select(['image.id', 'notice_told.outcome as former', 'verdict.outcome', 'verdict.cause', 'verdict.decided_at'])
    .select('notice_told.seen')
    .where('verdict.superseded_at', 'is', null)
    .$if(of !== 'all', (query) => query.where('image.digest', 'in', of === 'all' ? [] : of))
  const otherVerdict = await images
    .where((eb) =>
      eb.or([eb('notice_told.image_id', 'is', null), eb('notice_told.decided_at', '<>', eb.ref('verdict.decided_at'))]),
    )
    .orderBy('image.id')
    .limit(limit)
    .execute()
  const ranks = newFindings ? await imagesWithNewFindings(tx, of, newFindings) : new Map<number, NewFinding>()
  const others = new Set(otherVerdict.map(({ id }) => id))
  const sameVerdict: typeof otherVerdict = []
  for (const part of inserted([...ranks.keys()].filter((id) => !others.has(id)))) {
    if (others.size + sameVerdict.length >= limit) break
    const rows = await images.where('image.id', 'in', part).orderBy('image.id').execute()
    sameVerdict.push(...rows.filter(({ id, seen }) => seen !== null && seen < (ranks.get(id)?.seen ?? '')))
  }
  const rows = [...otherVerdict, ...sameVerdict].map(({ id, former, outcome, cause, decided_at, seen }) => {
    const found = ranks.get(id)
    const isNew = found !== undefined && seen !== null && found.seen > seen
    return {
      run,
      image_id: id,
      former,
      outcome,
      cause,
      decided_at,
      since: seen,
      newest_rank: isNew ? found.rank : null,
    }
  })
  for (const part of inserted(rows)) {
    await tx.insertInto('notice_change').values(part).execute()
    await remember(
      tx,
      part.map(({ image_id, outcome, decided_at }) => ({ image_id, outcome, decided_at, seen: told })),
    )
  }
  return rows.length
}

interface NewFinding {
  readonly rank: number
  readonly seen: string
}

/** By sets first: thousands of images share one. */
async function imagesWithNewFindings(
  tx: Tx,
  of: Of,
  { severity, after }: { readonly severity: Severity; readonly after: string },
): Promise<Map<number, NewFinding>> {
  const rows = await tx
    .with('fresh', (cte) =>
      cte
        .selectFrom('package_match')
        .innerJoin('package', 'package.id', 'package_match.package_id')
        .innerJoin('set_package', 'set_package.package_id', 'package.id')
        .select((eb) => [
          'set_package.set_id',
          eb.fn.min('package_match.rank').as('rank'),
          eb.fn.max('package_match.first_seen').as('seen'),
        ])
        .where('package_match.first_seen', '>', after)
        .where('package_match.rank', '<', rankAfter(severity))
        .where('package.owner', 'is', null)
        .groupBy('set_package.set_id'),
    )
    .selectFrom('fresh')
    .innerJoin('image_set', 'image_set.set_id', 'fresh.set_id')
    .innerJoin('image', 'image.id', 'image_set.image_id')
    .select((eb) => ['image.id', eb.fn.min('fresh.rank').as('rank'), eb.fn.max('fresh.seen').as('seen')])
    .$if(of !== 'all', (query) => query.where('image.digest', 'in', of === 'all' ? [] : of))
    .groupBy('image.id')
    .execute()
  return new Map(rows.map(({ id, rank, seen }) => [id, { rank, seen }]))
}

async function remember(tx: Tx, told: readonly Database['notice_told'][]): Promise<void> {
  await tx
    .insertInto('notice_told')
    .values(told)
    .onConflict((oc) =>
      oc.column('image_id').doUpdateSet((eb) => ({
        outcome: eb.ref('excluded.outcome'),
        decided_at: eb.ref('excluded.decided_at'),
        seen: eb.ref('excluded.seen'),
      })),
    )
    .execute()
}

async function setState(tx: Tx, name: string, value: string): Promise<void> {
  await tx
    .insertInto('notice_state')
    .values({ name, value })
    .onConflict((oc) => oc.column('name').doUpdateSet({ value }))
    .execute()
}

function noticeRow(notice: Notice, at: string) {
  return {
    id: notice.id,
    rule: notice.rule,
    body: JSON.stringify(notice),
    status: 'pending',
    attempts: 0,
    response: null,
    error: null,
    created_at: at,
    tried_at: null,
    next_try_at: at,
  }
}

function delivery(row: Selectable<Database['notice']>): NoticeDelivery {
  return {
    id: row.id,
    rule: row.rule,
    status: row.status as NoticeDelivery['status'],
    attempts: row.attempts,
    response: row.response,
    error: row.error,
    createdAt: row.created_at,
    triedAt: row.tried_at,
    nextTryAt: row.next_try_at,
    notice: JSON.parse(row.body) as Notice,
  }
}
