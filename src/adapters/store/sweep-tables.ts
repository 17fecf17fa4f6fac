import { sql } from 'kysely'
import type { SweepRecord } from './records.ts'
import { inserted, transact } from './rows.ts'
import type { Db } from './schema.ts'
import type { SweepTables } from './store.ts'

export function sweepTables(db: Db): SweepTables {
  return {
    async of(registry) {
      const row = await db.selectFrom('sweep').selectAll().where('registry', '=', registry).executeTakeFirst()
      return (
        row && {
          registry,
          startedAt: row.started_at,
          finishedAt: row.finished_at,
          lastFinishedAt: row.last_finished_at,
          repositories: row.repositories,
          tags: row.tags,
          enqueued: row.enqueued,
          forgotten: row.forgotten,
        }
      )
    },

    async begin(registry, repositories, at) {
      const row = { started_at: at, finished_at: null, repositories: 0, tags: 0, enqueued: 0, forgotten: 0 }
      await transact(db, async (tx) => {
        await tx
          .insertInto('sweep')
          .values({ registry, ...row, last_finished_at: null })
          .onConflict((oc) => oc.column('registry').doUpdateSet(row))
          .execute()
        await tx.deleteFrom('sweep_repository').where('registry', '=', registry).execute()
        const rows = [...new Set(repositories)].map((repository) => ({ registry, repository, after_tag: null }))
        for (const part of inserted(rows)) await tx.insertInto('sweep_repository').values(part).execute()
      })
    },

    async next(registry) {
      const row = await db
        .selectFrom('sweep_repository')
        .select(['repository', 'after_tag'])
        .where('registry', '=', registry)
        .orderBy('repository')
        .limit(1)
        .executeTakeFirst()
      return row && { repository: row.repository, afterTag: row.after_tag }
    },

    async advance({ registry, repository }, afterTag, { tags, enqueued, forgotten }) {
      await transact(db, async (tx) => {
        const ofIt = tx
          .updateTable('sweep_repository')
          .set({ after_tag: afterTag })
          .where('registry', '=', registry)
          .where('repository', '=', repository)
        if (afterTag === null) {
          await tx
            .deleteFrom('sweep_repository')
            .where('registry', '=', registry)
            .where('repository', '=', repository)
            .execute()
        } else await ofIt.execute()
        await tx
          .updateTable('sweep')
          .set({
            repositories: sql`repositories + ${afterTag === null ? 1 : 0}`,
            tags: sql`tags + ${tags}`,
            enqueued: sql`enqueued + ${enqueued}`,
            forgotten: sql`forgotten + ${forgotten}`,
          })
          .where('registry', '=', registry)
          .execute()
      })
    },

    async finish(registry, at) {
      await db
        .updateTable('sweep')
        .set({ finished_at: at, last_finished_at: at })
        .where('registry', '=', registry)
        .execute()
    },
  } satisfies SweepTables & { of(registry: string): Promise<SweepRecord | undefined> }
}
