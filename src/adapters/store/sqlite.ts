import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementResultingChanges, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  sql,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { LRUCache } from 'lru-cache'
import { TallymanError } from '../../errors.ts'
import { bulkJson, bulkValues, type Engine, lockTimeoutMs, storable } from './engine.ts'
import { storeError } from './store-error.ts'

/** One connection a process: Kysely lets one transaction or query at a time use it. */
export function sqlite(path: string): Engine {
  return {
    dialect: new EmbeddedDialect({ database: () => Promise.resolve(openDatabase(path)) }),
    types: {
      id: sql`integer primary key autoincrement`,
      text: sql`text`,
      integer: sql`integer`,
      real: sql`real`,
      bytes: sql`blob`,
    },
    keyOnlyTable: sql`without rowid`,
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    forUpdate: (query) => query,
    forShare: (query) => query,
    among: (values) => sql`(select value from json_each(${JSON.stringify(bulkValues(values))}))`,
    table: (columns, rows) =>
      sql`(select ${sql.join(
        Object.keys(columns).map((name, index) => sql`value ->> ${sql.lit(index)} as ${sql.ref(name)}`),
      )} from json_each(${bulkJson(columns, rows)}))`,
    insert: (table, columns, rows) => {
      const names = Object.keys(columns)
      const values = names.map((name) => sql.val(new ColumnOfRows(rows, name)))
      return sql`
        insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))}) values (${sql.join(values)})`
    },
  }
}

class EmbeddedDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver() {
    return new ImmediateDriver(this.#config)
  }

  override createAdapter() {
    return new TransactionalAdapter()
  }
}

/** `begin immediate` waits for the lock; a plain `begin` that writes after another process did fails at once. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

/** SQLite can roll back DDL, so migrations run in one transaction, which two processes cannot hold at once. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true
  }
}

/** Statements kept prepared. Long ones (bulk inserts of every size) are not kept. */
const maxPrepared = 300
const maxPreparedLength = 8_000

function openDatabase(path: string): SqliteDatabase {
  const file = path === ':memory:' ? path : resolve(path)
  const database = guarded(() => {
    if (file !== ':memory:') makeFolder(dirname(file))
    return configured(new DatabaseSync(file, { timeout: lockTimeoutMs, enableForeignKeyConstraints: true }))
  })
  const prepared = new LRUCache<string, SqliteStatement>({ max: maxPrepared })

  return {
    close: () => database.close(),
    prepare(text) {
      const known = prepared.get(text)
      if (known !== undefined) return known
      const statement = guarded(() => runnable(database.prepare(text)))
      if (text.length <= maxPreparedLength) prepared.set(text, statement)
      return statement
    },
  }
}

/**
 * Level by level, for the owner alone. Node's own `recursive` never comes back where a folder is there and what it should hold
 * cannot be, as in /proc (Node 24).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (thrown) {
    // Another process made it meanwhile.
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return
    const reason = (thrown as Error).message
    throw new TallymanError(
      'STORE_UNAVAILABLE',
      `the folder of the database cannot be made: ${reason}; choose another with store.url, home or TALLYMAN_HOME`,
    )
  }
}

/**
 * A statement whose parameters are these runs once a row: 2.5 µs for a verdict, where taking it out of one JSON text for all
 * rows takes 8 µs.
 */
class ColumnOfRows {
  readonly #rows: readonly object[]
  readonly #name: string

  constructor(rows: readonly object[], name: string) {
    this.#rows = rows
    this.#name = name
  }

  get length(): number {
    return this.#rows.length
  }

  at(row: number): unknown {
    return (this.#rows[row] as Readonly<Record<string, unknown>>)[this.#name] ?? null
  }
}

function run(statement: StatementSync, parameters: readonly unknown[]): StatementResultingChanges {
  const columns = parameters.filter((value) => value instanceof ColumnOfRows)
  const rows = columns[0]?.length
  if (rows === undefined) return statement.run(...bindable(parameters))
  let result: StatementResultingChanges = { changes: 0, lastInsertRowid: 0 }
  for (let row = 0; row < rows; row++) result = statement.run(...bindable(columns.map((column) => column.at(row))))
  return result
}

function runnable(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => guarded(() => statement.all(...bindable(parameters))),
    run: (parameters) => guarded(() => run(statement, parameters)),
    iterate: (parameters) => guarded(() => statement.iterate(...bindable(parameters))),
  }
}

function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return storable(parameters) as SQLInputValue[]
}

/**
 * WAL: readers of other processes do not wait for the writer. FULL: what was committed survives a power cut, which the
 * webhook intake promises. 64 MB of page cache: the indexes of 300,000 advisories stay in it.
 */
function configured(database: DatabaseSync): DatabaseSync {
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec('pragma journal_mode = wal')
      break
    } catch (thrown) {
      // Two processes that open a new file at once: changing the mode does not wait for the busy timeout.
      if (attempt === 50) throw thrown
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
  database.exec(
    'pragma synchronous = full; pragma cache_size = -65536; pragma temp_store = memory; pragma analysis_limit = 1000',
  )
  return database
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw storeError(thrown)
  }
}
