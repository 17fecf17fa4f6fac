import { createHash } from 'node:crypto'
import { PackageURL } from 'packageurl-js'
import { TallymanError } from '../../errors.ts'
import type { Exception } from '../policy/exception.ts'
import type { Scope, Suppression } from '../policy/policy.ts'
import type { Report } from './report.ts'

/** OpenVEX 0.2.0 (https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md). */
export interface VexDocument {
  readonly '@context': 'https://openvex.dev/ns/v0.2.0'
  /** Hash of what it says: the same statements make the same document. */
  readonly '@id': string
  readonly author: string
  readonly timestamp: string
  readonly version: 1
  readonly tooling: string
  readonly statements: readonly VexStatement[]
}

interface VexStatement {
  readonly vulnerability: { readonly name: string; readonly aliases?: readonly string[] }
  readonly products: readonly Product[]
  readonly status: 'not_affected' | 'fixed' | 'affected'
  readonly status_notes?: string
  readonly justification?: string
  readonly impact_statement?: string
  readonly action_statement?: string
}

interface Product extends Component {
  readonly subcomponents?: readonly Component[]
}

interface Component {
  readonly '@id': string
  readonly identifiers: { readonly purl: string }
}

export interface VexContext {
  readonly author: string
  /** RFC 3339: when it is written. */
  readonly at: string
  /** tallyman's version. */
  readonly engine: string
}

export interface VexOfExceptions {
  readonly document: VexDocument
  /** Ids of exceptions that it cannot say: a product is one thing, not a pattern. */
  readonly leftOut: readonly string[]
}

/**
 * The exceptions as statements: about packages by their purls where they hold everywhere, about repositories else. One that
 * only takes a risk is no statement that nothing is affected: it says `affected`, and what was decided. NOT_FOUND if none
 * can be said. `hostOf`: host of a declared registry.
 */
export function vexOfExceptions(
  exceptions: readonly Exception[],
  context: VexContext,
  hostOf: (registry: string) => string | undefined,
): VexOfExceptions {
  const leftOut: string[] = []
  const statements = exceptions.flatMap((exception) => {
    const products = exception.vulnerabilities.length === 0 ? [] : productsOf(exception, hostOf)
    if (products.length === 0) leftOut.push(exception.id)
    return products.length === 0 ? [] : exception.vulnerabilities.map((name) => statementOf(name, exception, products))
  })
  if (statements.length === 0) {
    throw new TallymanError(
      'NOT_FOUND',
      'no exception in force can be said in OpenVEX, which names packages and repositories',
    )
  }
  return { document: documentOf(statements, context), leftOut }
}

/** What decides nothing in an image, and why. NOT_FOUND if nothing is suppressed there. */
export function vexOfReports(reports: readonly Report[], context: VexContext): VexDocument {
  const statements = reports.flatMap(({ image, findings }) =>
    findings.flatMap(({ vulnerability, aliases, package: purl, suppressed }): VexStatement[] => {
      if (!suppressed) return []
      const product = { ...component(imagePurl(image)), subcomponents: [component(purl)] }
      const others = aliases.filter((alias) => alias !== vulnerability)
      const named = { name: vulnerability, ...(others.length > 0 && { aliases: [...new Set(others)] }) }
      return [{ vulnerability: named, products: [product], ...suppressionStatus(suppressed) }]
    }),
  )
  if (statements.length === 0) throw new TallymanError('NOT_FOUND', 'no finding of the image is suppressed')
  return documentOf(statements, context)
}

function documentOf(statements: readonly VexStatement[], { author, at, engine }: VexContext): VexDocument {
  const said = [...new Set(statements.map((statement) => JSON.stringify(statement)))].toSorted()
  const hash = createHash('sha256')
    .update(JSON.stringify([author, ...said]))
    .digest('hex')
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `urn:tallyman:vex:${hash}`,
    author,
    timestamp: at,
    version: 1,
    tooling: `tallyman ${engine}`,
    statements: said.map((statement) => JSON.parse(statement) as VexStatement),
  }
}

function statementOf(name: string, exception: Exception, products: readonly Product[]): VexStatement {
  const { status, justification, reason, owner, until } = exception
  const about = { vulnerability: { name }, products }
  if (status === 'fixed') return { ...about, status, status_notes: reason }
  if (status === 'not_affected') return { ...about, status, ...notAffected(justification, reason) }
  const end = until === null ? '' : ` until ${until}`
  return { ...about, status: 'affected', action_statement: `accepted by ${owner}${end}: ${reason}` }
}

/** One of the two and not both, says the specification. */
function notAffected(justification: string | null, reason: string) {
  return justification === null ? { impact_statement: reason } : { justification, status_notes: reason }
}

function suppressionStatus({ by, reason, until }: Suppression): Omit<VexStatement, 'vulnerability' | 'products'> {
  if (by !== 'exception') return { status: 'not_affected', impact_statement: reason }
  return { status: 'affected', action_statement: `accepted${until === null ? '' : ` until ${until}`}: ${reason}` }
}

/** None where they cannot be named one by one. */
function productsOf({ packages, scopes }: Exception, hostOf: (registry: string) => string | undefined): Product[] {
  if (!packages.every((each) => each.startsWith('pkg:'))) return []
  if (scopes.length === 0) return packages.map(component)
  const places = scopes.map((scope) => placesOf(scope, hostOf))
  if (places.some((of) => of.length === 0)) return []
  const subcomponents = packages.map(component)
  return places.flat().map((purl) => ({ ...component(purl), ...(subcomponents.length > 0 && { subcomponents }) }))
}

const maxPlaces = 1_000

function placesOf(scope: Scope, hostOf: (registry: string) => string | undefined): string[] {
  const { registries = [], repositories = [], tags = [], labels, platforms, bases } = scope
  const patterns = [...registries, ...repositories, ...tags]
  if (labels || platforms || bases || patterns.some((each) => each.includes('*'))) return []
  const hosts = registries.map(hostOf)
  if (hosts.length === 0 || hosts.includes(undefined)) return []
  if (hosts.length * repositories.length * Math.max(tags.length, 1) > maxPlaces) return []
  return hosts.flatMap((host) =>
    repositories.flatMap((repository) =>
      (tags.length > 0 ? tags : [undefined]).map((tag) => {
        const name = repository.slice(repository.lastIndexOf('/') + 1)
        const qualifiers = { repository_url: `${host}/${repository}`, ...(tag !== undefined && { tag }) }
        return new PackageURL('oci', undefined, name, undefined, qualifiers).toString()
      }),
    ),
  )
}

/** As the purl specification names images: by digest, with the place where they lie. */
function imagePurl({ reference, digest }: Report['image']): string {
  const place = reference.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[^:/]*$/, '')
  const name = place.slice(place.lastIndexOf('/') + 1) || 'image'
  const qualifiers = place.includes('/') ? { repository_url: place } : undefined
  return new PackageURL('oci', undefined, name.toLowerCase(), digest, qualifiers).toString()
}

function component(purl: string): Component {
  return { '@id': purl, identifiers: { purl } }
}
