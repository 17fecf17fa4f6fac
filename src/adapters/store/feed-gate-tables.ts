import { TallymanError } from '../../errors.ts'
import type { FeedCandidate, FeedEffect } from './feed-records.ts'
import { transact } from './rows.ts'
import type { Db } from './schema.ts'
import type { FeedTables } from './store.ts'

/** What was held back before images were judged says nothing of them. */
type StoredEffect = Omit<FeedEffect, 'images' | 'flips'> & Partial<FeedEffect>

type GateTables = Pick<FeedTables, 'candidates' | 'hold' | 'release' | 'approve' | 'health' | 'saveHealth'>

/** See FeedTables: what the adoption gate held back, and how reading the feeds went. */
export function gateTables(db: Db): GateTables {
  async function candidates(): Promise<FeedCandidate[]> {
    const rows = await db.selectFrom('feed_candidate').selectAll().orderBy('feed').execute()
    return rows.map(({ held, approved }) => {
      const candidate = JSON.parse(held) as Omit<FeedCandidate, 'effect'> & { readonly effect: StoredEffect | null }
      const effect = candidate.effect && { images: 0, flips: {}, ...candidate.effect }
      return { ...candidate, effect, approved: approved === 1 }
    })
  }

  return {
    candidates,

    async hold(candidate) {
      const { feed, fingerprint, approved } = candidate
      const row = { feed, fingerprint, approved: Number(approved), held: JSON.stringify(candidate) }
      await db
        .insertInto('feed_candidate')
        .values(row)
        .onConflict((oc) => oc.column('feed').doUpdateSet(row))
        .execute()
    },

    async release(feed) {
      await db.deleteFrom('feed_candidate').where('feed', '=', feed).execute()
    },

    async approve(feed) {
      await db.updateTable('feed_candidate').set({ approved: 1 }).where('feed', '=', feed).execute()
      const candidate = (await candidates()).find((held) => held.feed === feed)
      if (candidate) return candidate
      throw new TallymanError('NOT_FOUND', `no state of a feed named ${feed} is held back`)
    },

    async health() {
      const rows = await db.selectFrom('feed_health').selectAll().orderBy('feed').execute()
      return rows.map(({ feed, attempted_at, failing_since, code, error }) => ({
        feed,
        attemptedAt: attempted_at,
        failingSince: failing_since,
        code,
        error,
      }))
    },

    async saveHealth({ feed, attemptedAt, code, error }) {
      await transact(db, async (tx) => {
        const former = await tx
          .selectFrom('feed_health')
          .select('failing_since')
          .where('feed', '=', feed)
          .executeTakeFirst()
        const failing = code === null ? null : (former?.failing_since ?? attemptedAt)
        const row = { feed, attempted_at: attemptedAt, failing_since: failing, code, error }
        await tx
          .insertInto('feed_health')
          .values(row)
          .onConflict((oc) => oc.column('feed').doUpdateSet(row))
          .execute()
      })
    },
  }
}
