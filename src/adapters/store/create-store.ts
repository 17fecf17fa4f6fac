import { Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { TallymanError } from '../../errors.ts'
import type { Engine, StoreLog } from './engine.ts'
import { feedTables } from './feed-tables.ts'
import { imageTables } from './image-tables.ts'
import { layerTables } from './layer-tables.ts'
import { exclusively } from './lock.ts'
import { migrations } from './migrations.ts'
import { noticeTables } from './notice-tables.ts'
import { packageTables } from './package-tables.ts'
import { policyTables } from './policy-tables.ts'
import { postgres } from './postgres.ts'
import { reevaluationTables } from './reevaluation-tables.ts'
import type { Database, Db } from './schema.ts'
import { sightingTables } from './sighting-tables.ts'
import { sqlite } from './sqlite.ts'
import type { Store } from './store.ts'
import { rebuildTables } from './rebuild-tables.ts'
import { sweepTables } from './sweep-tables.ts'
import { tallyClasses } from './tally-classes.ts'
import { verdictTables } from './verdict-tables.ts'
import { whatIfTables } from './what-if.ts'
import { writeBackTables } from './write-back-tables.ts'

export interface StoreOptions {
  /** `postgres://…`, `sqlite:<path>`, `sqlite::memory:`, or the path of an SQLite file, which is made if it is not there. */
  readonly url: string
  readonly log?: StoreLog | undefined
  /** Tables of others in the same database, by names that sort in the order in which they must run. */
  readonly extraMigrations?: Readonly<Record<string, Migration>>
}

export interface OpenStore extends Store {
  /** The same connections, for those whose tables came by `extraMigrations`: they know their own types. */
  // oxlint-disable-next-line typescript/no-explicit-any -- Kysely's type parameter is invariant, any other type fits nobody
  readonly db: Kysely<any>
}

/** Connects to the database or opens the file; STORE_UNAVAILABLE if that fails. Call `migrate` before anything else. */
export async function createStore(options: StoreOptions): Promise<OpenStore> {
  const engine = openEngine(options)
  const db = new Kysely<Database>({ dialect: engine.dialect })
  const { log, extraMigrations } = options
  const classes = tallyClasses()
  await ping(db)
  return {
    db,
    layers: layerTables(db),
    images: imageTables(db, engine),
    packages: packageTables(db, engine),
    feeds: feedTables(db, engine),
    verdicts: verdictTables(db, engine),
    reevaluation: reevaluationTables(db, engine, classes),
    whatIf: whatIfTables(db, engine, classes),
    sightings: sightingTables(db, engine),
    writeBacks: writeBackTables(db),
    notices: noticeTables(db, engine),
    sweeps: sweepTables(db),
    policies: policyTables(db, engine),
    rebuilds: rebuildTables(db, engine, classes),
    migrate: () => migrate(db, { ...migrations(engine), ...extraMigrations }),
    ping: () => ping(db),
    exclusively: (name, seconds, work) => exclusively({ db, engine, log }, name, seconds, work),
    close: () => db.destroy(),
  }
}

function openEngine({ url, log }: StoreOptions): Engine {
  if (/^postgres(ql)?:\/\//.test(url)) return postgres(url, log)
  if (url.startsWith('sqlite:')) return sqlite(url.slice('sqlite:'.length))
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]
  if (scheme === undefined) return sqlite(url)
  throw new TallymanError('CONFIG_INVALID', `the store cannot be a ${scheme}: URL; use a path, sqlite: or postgres://`)
}

async function ping(db: Db): Promise<void> {
  await sql`select 1`.execute(db)
}

async function migrate(db: Db, known: Readonly<Record<string, Migration>>): Promise<readonly string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...known }) },
    // The store's and the queue's migrations are numbered apart, and each may get a new one.
    allowUnorderedMigrations: true,
  })
  await refuseNewer(db, known)
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return results.map((result) => result.migrationName)
}

/** Writing with old code into tables that newer code has changed could destroy what it stored. */
async function refuseNewer(db: Db, known: Readonly<Record<string, Migration>>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return
  const done = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  const unknown = done.rows.map((row) => row.name).filter((name) => !Object.hasOwn(known, name))
  if (unknown.length === 0) return
  throw new TallymanError(
    'STORE_TOO_NEW',
    `the database has ${unknown.join(', ')}, which this version of tallyman does not know; run the newer version`,
  )
}
