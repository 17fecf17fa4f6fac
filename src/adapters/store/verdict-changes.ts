import { pageOf, paging } from './cursor.ts'
import type { Page, PageRequest } from './records.ts'
import type { ChangeFilter, ChangedVerdict } from './reevaluation-records.ts'
import { references } from './references.ts'
import type { Db } from './schema.ts'
import { verdictChange, verdictChanges } from './verdict-outbox.ts'

/** See VerdictTables.changes. */
export async function listChanges(db: Db, filter: ChangeFilter, request: PageRequest): Promise<Page<ChangedVerdict>> {
  const page = paging<[string, number]>('changes', ['', 0], request)
  const rows = await verdictChanges(db)
    .where('verdict.decided_at', '>=', filter.since)
    .$if(filter.outcome !== undefined, (query) => query.where('verdict.outcome', '=', filter.outcome ?? ''))
    .$if(page.after !== undefined, (query) => {
      const [at, id] = page.after ?? ['', 0]
      return query.where((eb) => eb(eb.refTuple('verdict.decided_at', 'verdict.id'), '<', eb.tuple(at, id)))
    })
    .orderBy('verdict.decided_at', 'desc')
    .orderBy('verdict.id', 'desc')
    .limit(page.limit + 1)
    .execute()
  const { items, next } = pageOf('changes', rows, page.limit, (row) => [row.decided_at, row.id])
  const known = await references(
    db,
    items.map((row) => row.digest),
  )
  return {
    items: items.map((row) => {
      const { id: _id, ...change } = verdictChange(row)
      return { ...change, references: known.get(row.digest) ?? [] }
    }),
    next,
  }
}
