import type { Exception } from '../exception.ts'
import type { Scope } from '../policy.ts'

/** A kind of file that other tools keep their exceptions in. */
export interface Importer {
  /** As `--format` and `?format=` name it. */
  readonly name: string
  /** EXCEPTION_INVALID if the text as a whole is not of this kind; single entries that are odd are dropped. */
  read(text: string, registryNamed: RegistryNamed): Entries
}

/** Name of the declared registry with this host, undefined if none is. */
export type RegistryNamed = (host: string) => string | undefined

interface Entries {
  readonly taken: readonly Entry[]
  readonly dropped: readonly Dropped[]
}

/** What cannot be taken over as narrow as it was, and why. */
export interface Dropped {
  /** `line 3: CVE-2026-0001`. */
  readonly what: string
  readonly why: string
}

/** One exception of the file, as far as the file says it. */
export interface Entry extends Partial<Pick<Exception, 'vulnerabilities' | 'packages' | 'checks' | 'secrets'>> {
  readonly what: string
  readonly reason?: string | undefined
  /** RFC 3339 or a date; undefined: for ever, which only VEX statements may be. */
  readonly until?: string | undefined
  /** Narrower than what the import as a whole is for. */
  readonly scope?: Scope
  readonly vex?: { readonly status: string; readonly justification: string | null }
}
