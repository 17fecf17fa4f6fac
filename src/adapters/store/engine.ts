import type { Dialect, RawBuilder } from 'kysely'

/** Everything in which SQLite (sqlite.ts) and PostgreSQL (postgres.ts) differ; the tables do not ask which one it is. */
export interface Engine {
  readonly dialect: Dialect
  readonly types: ColumnTypes
  /** End of `create table` for tables that are nothing but their key. */
  readonly keyOnlyTable: RawBuilder<unknown> | undefined
  /** The database's clock in milliseconds: processes on several machines share it. */
  readonly now: RawBuilder<number>
  /** Locks the selected rows until the transaction ends; SQLite has one writer, who holds all. */
  forUpdate<Q extends { forUpdate(): Q }>(query: Q): Q
  /** The same for those who only rely on the rows: they do not keep each other waiting. */
  forShare<Q extends { forShare(): Q }>(query: Q): Q
  /**
   * What an `in` asks among, and a table of rows, as one parameter: however many there are, the text of the query is the same
   * and the database has it prepared. With a parameter a value, making the text and binding take longer than the query.
   */
  among<T extends number | string>(values: readonly T[]): RawBuilder<T>
  table<T extends object>(columns: BulkColumns<T>, rows: readonly T[]): RawBuilder<T>
  /** Inserts at least one row. */
  insert<T extends object>(table: string, columns: BulkColumns<T>, rows: readonly T[]): RawBuilder<unknown>
}

/** The columns of rows that are written at once, in their order. */
export type BulkColumns<T> = { readonly [Column in keyof T]-?: 'integer' | 'text' }

/** Texts compare by bytes on both engines, so pages and ranges come in one order. */
interface ColumnTypes {
  /** The whole column: numbers are never given twice, so that a cache keyed by one never lies. */
  readonly id: RawBuilder<unknown>
  readonly text: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
  readonly real: RawBuilder<unknown>
  readonly bytes: RawBuilder<unknown>
}

export interface StoreLog {
  warn(details: object, message: string): void
}

/** How long a statement waits for another process's lock before it ends in STORE_UNAVAILABLE. */
export const lockTimeoutMs = 5_000

/** PostgreSQL has no NUL in texts, and a hostile package name may: it becomes the replacement character on both engines. */
export function storable(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value,
  )
}

/** As binding them one by one would have them: texts that are no Unicode get the replacement character. */
export function bulkValues(values: readonly unknown[]): unknown[] {
  return storable(values).map((value) => (typeof value === 'string' ? value.toWellFormed() : value))
}

/** Rows as a JSON array of arrays. */
export function bulkJson<T extends object>(columns: BulkColumns<T>, rows: readonly T[]): string {
  const names = Object.keys(columns) as (keyof T)[]
  return JSON.stringify(rows.map((row) => bulkValues(names.map((name) => row[name]))))
}
