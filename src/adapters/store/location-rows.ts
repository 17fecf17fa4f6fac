import type { Location } from './records.ts'
import type { Db } from './schema.ts'

export async function locationId(db: Db, { registry, repository }: Location): Promise<number | undefined> {
  const row = await db
    .selectFrom('location')
    .select('id')
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .executeTakeFirst()
  return row?.id
}

/** Makes the row if there is none. */
export async function saveLocation(tx: Db, location: Location): Promise<number> {
  const known = await locationId(tx, location)
  if (known !== undefined) return known
  const { registry, repository } = location
  const { id } = await tx
    .insertInto('location')
    .values({ registry, repository })
    // An update that changes nothing: it returns the id also where another process was first.
    .onConflict((oc) => oc.columns(['registry', 'repository']).doUpdateSet({ registry }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
