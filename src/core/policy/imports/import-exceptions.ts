import { createHash } from 'node:crypto'
import { TallymanError } from '../../../errors.ts'
import { checkId, maxNamed, packageName, type ExceptionRules } from '../exception-document.ts'
import type { Exception } from '../exception.ts'
import type { Scope } from '../policy.ts'
import { momentOf } from '../rfc3339.ts'
import { shown } from './entry-fields.ts'
import { importers } from './importers.ts'
import type { Dropped, Entry, RegistryNamed } from './importer.ts'

/** What whoever imports a file adds to what it says. */
export interface ImportOptions {
  /** One of `importers`. */
  readonly format: string
  /** The exceptions' names begin so. */
  readonly name: string
  readonly owner: string
  /** For entries that give none. */
  readonly reason?: string | undefined
  /** Date or RFC 3339 time: for entries without an end, and the latest for all others. */
  readonly until?: string | undefined
  /** Where they hold; empty: everywhere. */
  readonly scopes: readonly Scope[]
}

export interface Imported {
  readonly exceptions: readonly Exception[]
  /** Entries that were not taken over, and why. */
  readonly dropped: readonly Dropped[]
}

/**
 * Exceptions from another tool's file. Entries that have all but the vulnerability in common are one exception, whose name is
 * made of what they have in common: importing the file again replaces it. EXCEPTION_INVALID if the file is not of the format.
 */
export function importExceptions(
  text: string,
  options: ImportOptions,
  rules: ExceptionRules,
  registryNamed: RegistryNamed,
): Imported {
  const importer = importers.find(({ name }) => name === options.format)
  if (!importer) {
    const known = importers.map(({ name }) => name).join(', ')
    throw new TallymanError('REQUEST_INVALID', `${shown(options.format)} is not a format of exceptions, of ${known}`)
  }
  const end = options.until === undefined ? undefined : momentOf(options.until)
  if (options.until !== undefined && end === undefined) {
    throw new TallymanError('REQUEST_INVALID', `until: ${shown(options.until)} is not a date or an RFC 3339 time`)
  }
  const { taken, dropped } = importer.read(text, registryNamed)
  const groups = new Map<string, Exception>()
  const refused: Dropped[] = []
  for (const entry of taken) {
    const exception = exceptionOf(entry, { ...options, until: end }, rules)
    if (typeof exception === 'string') refused.push({ what: entry.what, why: exception })
    else {
      const same = groups.get(exception.id)
      groups.set(exception.id, same ? both(same, exception) : exception)
    }
  }
  return { exceptions: [...groups.values()].flatMap(parts), dropped: [...dropped, ...refused] }
}

const dayMs = 86_400_000

/** The exception, with an id of all but what it excepts, or why there is none. */
function exceptionOf(entry: Entry, options: ImportOptions, rules: ExceptionRules): Exception | string {
  const { now, maxDays, approval } = rules
  const reason = entry.reason ?? options.reason
  if (reason === undefined) return 'it has no reason; give one for all that have none'
  const until = earlier(entry.until === undefined ? undefined : momentOf(entry.until), options.until)
  if (until === undefined && !entry.vex) return 'it has no end; give one for all that have none'
  if (until !== undefined && until <= now) return `it is over since ${until}`
  if (until !== undefined && Date.parse(until) > Date.parse(now) + maxDays * dayMs) {
    return `it ends at ${until}, and exceptions last ${maxDays} days at most; give an earlier end for all`
  }
  if (entry.packages?.some((each) => !packageName.test(each))) return 'one of its packages is no name and no purl'
  if (entry.secrets?.some(({ rule }) => !checkId.test(rule))) return 'it names no rule that finds secrets'
  const scopes = narrowed(options.scopes, entry.scope)
  if (!scopes)
    return 'it says itself where it holds, otherwise than the scope that was given; import it with another scope'
  const exception = {
    vulnerabilities: entry.vulnerabilities ?? [],
    packages: entry.packages ?? [],
    checks: entry.checks ?? [],
    secrets: entry.secrets ?? [],
    scopes,
    reason: reason.slice(0, 2_000),
    owner: options.owner,
    from: now,
    until: until ?? null,
    approvedBy: approval === 'required' ? null : options.owner,
    by: entry.vex ? ('vex' as const) : ('exception' as const),
    status: entry.vex?.status ?? null,
    justification: entry.vex?.justification ?? null,
  }
  const { packages, by, status, justification } = exception
  const common = JSON.stringify([packages, scopes, exception.reason, options.owner, until, by, status, justification])
  const hash = createHash('sha256').update(common).digest('hex').slice(0, 12)
  return { id: `${options.name}-${hash}`, ...exception }
}

/** What holds in both; undefined where one field would have to be two things. */
function narrowed(scopes: readonly Scope[], own: Scope | undefined): readonly Scope[] | undefined {
  if (own === undefined) return scopes
  if (scopes.length === 0) return [own]
  const fields = Object.entries(own)
  const agree = scopes.every((scope) =>
    fields.every(([key, value]) => {
      const given = scope[key as keyof Scope]
      return given === undefined || JSON.stringify(given) === JSON.stringify(value)
    }),
  )
  return agree ? scopes.map((scope) => ({ ...scope, ...own })) : undefined
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? a : b
}

function both(a: Exception, b: Exception): Exception {
  const unique = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])]
  return {
    ...a,
    vulnerabilities: unique(a.vulnerabilities, b.vulnerabilities),
    checks: unique(a.checks, b.checks),
    secrets: [...a.secrets, ...b.secrets],
  }
}

/** An exception names at most so many vulnerabilities. */
function parts(exception: Exception): Exception[] {
  const { id, vulnerabilities } = exception
  const count = Math.ceil(vulnerabilities.length / maxNamed)
  if (count <= 1) return [exception]
  return Array.from({ length: count }, (_, part) => ({
    ...exception,
    id: `${id}-${part + 1}`,
    vulnerabilities: vulnerabilities.slice(part * maxNamed, (part + 1) * maxNamed),
    ...(part > 0 && { checks: [], secrets: [] }),
  }))
}
