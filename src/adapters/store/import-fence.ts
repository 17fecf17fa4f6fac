import { randomUUID } from 'node:crypto'
import { TallymanError } from '../../errors.ts'
import { transact } from './rows.ts'
import type { Db, Tx } from './schema.ts'

/** The row of the import that may write. Not a lock of `exclusively`: it never lapses, and whoever begins takes it away. */
const fence = 'feeds: import'

/** Runs `work` in one transaction, or throws STORE_UNAVAILABLE and changes nothing where another import has begun. */
export type FencedWrite = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

/**
 * Makes this import the one that may write. The lock around imports lapses where the database was out of reach or the host
 * suspended for long: then two of them write rows of the same number, and nothing but this keeps them apart.
 */
export async function fencedWrites(db: Db): Promise<FencedWrite> {
  const holder = randomUUID()
  await db
    .insertInto('lock')
    .values({ name: fence, holder, expires_at: 0 })
    .onConflict((oc) => oc.column('name').doUpdateSet({ holder }))
    .execute()

  return (work) =>
    transact(db, async (tx) => {
      // An update, not a question: it locks the row, so that the next import begins after this transaction and clears its rows.
      const held = await tx
        .updateTable('lock')
        .set({ holder })
        .where('name', '=', fence)
        .where('holder', '=', holder)
        .returning('name')
        .execute()
      if (held.length > 0) return work(tx)
      throw new TallymanError(
        'STORE_UNAVAILABLE',
        'the import of the feeds lost its lock, and another one has begun: it changed nothing, read the feeds again',
      )
    })
}
