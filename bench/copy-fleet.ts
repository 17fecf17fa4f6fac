import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import type { OpenStore } from '../src/adapters/store/create-store.ts'

/** What `writeFleet` writes, in an order that foreign keys allow. */
const tables = `package package_name package_set set_package
  image image_layers image_set image_chain location sighting tag`.split(/\s+/)
/** Rows of one insert: some megabytes of JSON. */
const partSize = 20_000

/** Copies a fleet that was written into an SQLite file into a migrated PostgreSQL store. */
export async function copyFleet(file: string, { db }: OpenStore): Promise<void> {
  const from = new DatabaseSync(file, { readOnly: true })
  for (const table of tables) {
    const columns = from.prepare(`select name from pragma_table_info('${table}')`).all()
    const names = sql.join(columns.map(({ name }) => sql.ref(String(name))))
    const into = sql.table(table)
    const copy = async (rows: readonly unknown[]): Promise<void> => {
      await sql`
        insert into ${into} (${names})
        select ${names} from json_populate_recordset(null::${into}, ${JSON.stringify(rows)}::json)`.execute(db)
    }
    let part: unknown[] = []
    for (const row of from.prepare(`select * from ${table}`).iterate()) {
      if (part.push(row) < partSize) continue
      await copy(part)
      part = []
    }
    if (part.length > 0) await copy(part)
    if (columns.some(({ name }) => name === 'id')) {
      await sql`select setval(pg_get_serial_sequence(${table}, 'id'), (select max(id) from ${into}))`.execute(db)
    }
  }
  await sql`analyze`.execute(db)
  from.close()
}
