import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Engine, StoreLog } from './engine.ts'
import type { Db } from './schema.ts'

/** See Store.exclusively: a row that its holder renews three times in the lock's life, until the work ends. */
export async function exclusively<T>(
  { db, engine, log }: { db: Db; engine: Engine; log: StoreLog | undefined },
  name: string,
  seconds: number,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const holder = randomUUID()
  if (!(await take(db, engine, { name, holder, seconds }))) return undefined
  const renewal = setInterval(
    () => {
      renew(db, engine, { name, holder, seconds }).then(
        (held) => held || log?.warn({ lock: name }, 'the lock lapsed while its work still runs'),
        (thrown: unknown) => log?.warn({ err: thrown, lock: name }, 'the lock could not be renewed'),
      )
    },
    (seconds * 1_000) / 3,
  )
  renewal.unref()

  try {
    return await work()
  } finally {
    clearInterval(renewal)
    // If this fails the lock lapses by itself; the work's own outcome matters more.
    await db
      .deleteFrom('lock')
      .where('name', '=', name)
      .where('holder', '=', holder)
      .execute()
      .catch((thrown: unknown) => log?.warn({ err: thrown, lock: name }, 'the lock could not be released'))
  }
}

interface Claim {
  readonly name: string
  readonly holder: string
  readonly seconds: number
}

async function take(db: Db, engine: Engine, { name, holder, seconds }: Claim): Promise<boolean> {
  const row = { holder, expires_at: expiry(engine, seconds) }
  const taken = await db
    .insertInto('lock')
    .values({ name, ...row })
    .onConflict((oc) => oc.column('name').doUpdateSet(row).where('lock.expires_at', '<', engine.now))
    .returning('holder')
    .execute()
  return taken.length > 0
}

async function renew(db: Db, engine: Engine, { name, holder, seconds }: Claim): Promise<boolean> {
  const renewed = await db
    .updateTable('lock')
    .set({ expires_at: expiry(engine, seconds) })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .returning('name')
    .execute()
  return renewed.length > 0
}

function expiry(engine: Engine, seconds: number): RawBuilder<number> {
  return sql<number>`${engine.now} + ${sql.lit(Math.ceil(seconds * 1_000))}`
}
