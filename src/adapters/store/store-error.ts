import { TallymanError } from '../../errors.ts'

/** SQLite's primary result codes that speak of the file or a lock, not of the statement (sqlite.org/rescode.html). */
const sqliteProblems = new Map([
  [5, 'it is locked by another process'],
  [6, 'it is locked'],
  [8, 'it is read-only'],
  [10, 'reading or writing the file failed'],
  [11, 'the file is damaged'],
  [13, 'the disk is full'],
  [14, 'the file cannot be opened'],
  [26, 'the file is not a database'],
])

/** PostgreSQL: connection, resources, operator intervention, authorization, no such database (errcodes-appendix). */
const serverProblem = /^(08|53|57|58|28)|^(55P03|3D000|40001|40P01)$/

/** What the operating system, the resolver and TLS say when a server cannot be reached. */
const networkProblem = /^(E[A-Z_]+|.*CERT.*|DEPTH_ZERO.*|UNABLE_TO_.*)$/

/** STORE_UNAVAILABLE for what a retry or an operator can mend; everything else as it is. */
export function storeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown
  const { code, errcode } = thrown as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') {
    const problem = sqliteProblems.get(errcode & 0xff)
    return problem === undefined ? thrown : unavailable(problem, thrown)
  }
  if (typeof code === 'string' && !code.startsWith('ERR_')) {
    return serverProblem.test(code) || networkProblem.test(code) ? unavailable(thrown.message || code, thrown) : thrown
  }
  // pg gives these two no code.
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(thrown.message)
    ? unavailable(thrown.message, thrown)
    : thrown
}

function unavailable(problem: string, cause: Error): TallymanError {
  return new TallymanError('STORE_UNAVAILABLE', `the database cannot be used: ${problem}`, {}, { cause })
}

/** Serialization failure, deadlock, and two writers that inserted the same row: the same transaction may succeed now. */
export function isConflict(thrown: unknown): boolean {
  const { code } = ((thrown as Error | undefined)?.cause ?? thrown ?? {}) as { code?: unknown }
  return code === '40001' || code === '40P01' || code === '23505' || code === '23503'
}
