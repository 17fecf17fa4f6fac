import type { Selectable } from 'kysely'
import type { Engine } from './engine.ts'
import type { Database, Db, Tx } from './schema.ts'

export type StandingRow = Selectable<Database['standing']>

export async function standingOf(db: Db | Tx): Promise<StandingRow> {
  return db.selectFrom('standing').selectAll().executeTakeFirstOrThrow()
}

/** Taken first by who adds packages, matches or verdicts: while it is held, what re-evaluation relies on does not move. */
export async function shareStanding(tx: Tx, engine: Engine): Promise<StandingRow> {
  return engine.forShare(tx.selectFrom('standing').selectAll()).executeTakeFirstOrThrow()
}

/** Taken first by re-evaluation: nobody adds packages, matches or verdicts meanwhile. */
export async function holdStanding(tx: Tx, engine: Engine): Promise<StandingRow> {
  return engine.forUpdate(tx.selectFrom('standing').selectAll()).executeTakeFirstOrThrow()
}
