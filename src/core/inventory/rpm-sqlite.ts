// The one node module beyond the pure ones that core imports: SQLite here only decodes bytes that are in memory already;
// it opens no file, and the connection ends with the call.
import { DatabaseSync } from 'node:sqlite'

/** Positions of the file format's write and read version; 2 means WAL, which memory cannot have (sqlite.org/fileformat2). */
const journalVersions = [18, 19] as const

/** What rpm creates, and nothing else: a view or generated column in its place could keep SQLite busy for ever. */
const plainTable =
  /^CREATE TABLE ['"]?Packages['"]? ?\(\s*hnum INTEGER PRIMARY KEY AUTOINCREMENT,\s*blob BLOB NOT NULL\s*\)$/i

/**
 * Package headers of an rpmdb.sqlite (rpm's lib/backend/sqlite.cc: `Packages(hnum, blob)`), and what is wrong with it.
 *
 * A forged tree can lead to one page many times over; in a sound one row numbers rise and the headers together are
 * smaller than the file. Checking both bounds the work by the file's size.
 */
export function* headersOfSqlite(bytes: Buffer, note: (problem: string) => void): Generator<Buffer> {
  using database = new DatabaseSync(':memory:', { defensive: true, limits: { length: bytes.length, attach: 0 } })
  try {
    deserialize(database, bytes)
    const schema = database.prepare(`SELECT type, sql FROM sqlite_schema WHERE name = 'Packages'`).get()
    if (schema?.['type'] !== 'table' || !plainTable.test(String(schema['sql']))) {
      note('it has no table of packages as rpm makes it')
      return
    }
    let last = -Infinity
    let total = 0
    for (const { hnum, blob } of database.prepare('SELECT hnum, blob FROM Packages').iterate()) {
      if (!(blob instanceof Uint8Array) || typeof hnum !== 'number' || hnum <= last) throw new Error('rows are damaged')
      last = hnum
      total += blob.length
      if (total > bytes.length) throw new Error('rows are larger than the file')
      yield Buffer.from(blob.buffer, blob.byteOffset, blob.length)
    }
  } catch (thrown) {
    note(`the SQLite database cannot be read to its end: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}

/** Copies the bytes into the database, as of a file without WAL. */
function deserialize(database: DatabaseSync, bytes: Buffer): void {
  const before = journalVersions.map((at) => bytes[at] ?? 0)
  for (const at of journalVersions) bytes[at] = 1
  try {
    database.deserialize(bytes)
  } finally {
    for (const [index, at] of journalVersions.entries()) bytes[at] = before[index] ?? 0
  }
}
