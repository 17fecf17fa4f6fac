import { isDigest } from '../../image/digest.ts'
import { PackageURL } from 'packageurl-js'
import type { Scope } from '../policy.ts'
import { momentOf } from '../rfc3339.ts'
import type { Dropped, Entry, Importer, RegistryNamed } from './importer.ts'
import { invalid, isFields, jsonIn, listIn, shown, textIn, type Fields } from './entry-fields.ts'
import { kindOfId } from './ids.ts'

const context = 'https://openvex.dev/ns'

/** OpenVEX 0.0.1 to 0.2.0: statements that a product is not affected, or fixed (https://github.com/openvex/spec). */
export const openvex: Importer = {
  name: 'openvex',
  read(text, registryNamed) {
    const document = jsonIn(text, 'the VEX document')
    if (!isFields(document) || !textIn(document, '@context')?.startsWith(context)) {
      throw invalid('the VEX document: expected a JSON object with an @context of OpenVEX')
    }
    const taken: Entry[] = []
    const dropped: Dropped[] = []
    for (const statement of latestOf(statementsOf(document, dropped), dropped)) {
      const read = entryOf(statement, registryNamed)
      if (typeof read === 'string') dropped.push({ what: statement.what, why: read })
      else taken.push({ ...read, what: statement.what })
    }
    return { taken, dropped }
  },
}

/** What a statement says of one of its products. */
interface Statement {
  readonly what: string
  readonly ids: readonly string[]
  /** Purl, or what else stands there. */
  readonly product: string
  readonly subcomponents: readonly string[]
  readonly status: string
  readonly justification: string | null
  readonly reason: string | undefined
  /** RFC 3339; empty where neither it nor the document says so. */
  readonly at: string
}

function statementsOf(document: Fields, dropped: Dropped[]): Statement[] {
  return listIn(document, 'statements').flatMap((value, index): Statement[] => {
    const statement = isFields(value) ? value : {}
    const ids = idsOf(statement['vulnerability'])
    const what = `statement ${index + 1}: ${shown(ids[0] ?? value)}`
    const status = textIn(statement, 'status')
    const why =
      ids.length === 0
        ? 'it names no vulnerability'
        : !['not_affected', 'fixed', 'affected', 'under_investigation'].includes(status ?? '')
          ? `the status ${shown(statement['status'] ?? 'nothing')} is not known`
          : undefined
    const products = why === undefined ? listIn(statement, 'products').map(productOf) : []
    if (why !== undefined || products.length === 0) {
      dropped.push({ what, why: why ?? 'it names no product' })
      return []
    }
    const at = textIn(statement, 'last_updated') ?? textIn(statement, 'timestamp') ?? textIn(document, 'timestamp')
    return products.map(({ product, subcomponents }) => ({
      what: `${what} in ${shown(product)}`,
      ids,
      product,
      subcomponents,
      status: status ?? '',
      justification: textIn(statement, 'justification') ?? null,
      reason: textIn(statement, 'impact_statement') ?? textIn(statement, 'status_notes'),
      at: momentOf(at ?? '') ?? '',
    }))
  })
}

/** A later statement about the same takes the place of an earlier one; in the end only those count that except something. */
function latestOf(statements: readonly Statement[], dropped: Dropped[]): Statement[] {
  const latest = new Map<string, Statement>()
  for (const statement of statements) {
    const key = JSON.stringify([statement.ids[0], statement.product, statement.subcomponents.toSorted()])
    const other = latest.get(key)
    const isLater = other === undefined || statement.at >= other.at
    if (other) {
      dropped.push({ what: (isLater ? other : statement).what, why: 'a later statement about the same replaces it' })
    }
    if (isLater) latest.set(key, statement)
  }
  return [...latest.values()]
}

function entryOf(statement: Statement, registryNamed: RegistryNamed): Omit<Entry, 'what'> | string {
  const { ids, product, subcomponents, status, justification } = statement
  if (status === 'affected') return 'it says that the product is affected: that is a finding'
  if (status === 'under_investigation') return 'it is under investigation: until then it is a finding'
  const vulnerabilities = ids.filter((id) => kindOfId(id) === 'vulnerability')
  if (vulnerabilities.length === 0) return 'it is not the id of a vulnerability'
  const of = productPart(product, registryNamed)
  if (typeof of === 'string') return of
  if (subcomponents.some((each) => purlIn(each) === undefined)) return 'one of its subcomponents is no purl'
  // A product in a product: which of the two is installed as a package cannot be told.
  if (of.packages && subcomponents.length > 0)
    return 'it is about a part of a package, and tallyman knows packages whole'
  const packages = of.packages ?? (subcomponents.length > 0 ? subcomponents : undefined)
  return {
    vulnerabilities,
    ...(packages && { packages }),
    ...(of.scope && { scope: of.scope }),
    reason: statement.reason ?? justification?.replaceAll('_', ' '),
    vex: { status, justification },
  }
}

type Part = { readonly packages?: readonly string[]; readonly scope?: Scope }

/** What of our images the product is: a package wherever it is installed, or a repository with its tag. */
function productPart(product: string, registryNamed: RegistryNamed): Part | string {
  const purl = purlIn(product)
  if (!purl) return 'its product is no purl'
  if (purl.type !== 'oci' && purl.type !== 'docker') return { packages: [product] }
  if (purl.version) {
    return isDigest(purl.version) ? { scope: { digests: [purl.version] } } : 'the version of its product is no digest'
  }
  const { repository_url: place, tag } = purl.qualifiers ?? {}
  const [host = '', ...path] = (place ?? '').split('/')
  const registry = registryNamed(host)
  if (registry === undefined || path.length === 0) {
    return 'its product lies in no declared registry (repository_url of the purl)'
  }
  return { scope: { registries: [registry], repositories: [path.join('/')], ...(tag && { tags: [tag] }) } }
}

function purlIn(text: string): PackageURL | undefined {
  try {
    return text.length <= 1_000 && text.startsWith('pkg:') ? PackageURL.fromString(text) : undefined
  } catch {
    return undefined
  }
}

/** The name first; the first version of the format has it as a text. */
function idsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (!isFields(value)) return []
  const name = textIn(value, 'name') ?? textIn(value, '@id')
  const aliases = listIn(value, 'aliases').filter((each) => typeof each === 'string')
  return name === undefined ? [] : [...new Set([name, ...aliases])]
}

function productOf(value: unknown): { readonly product: string; readonly subcomponents: readonly string[] } {
  if (!isFields(value)) return { product: typeof value === 'string' ? value : '', subcomponents: [] }
  return { product: identityOf(value), subcomponents: listIn(value, 'subcomponents').map(identityOf) }
}

function identityOf(value: unknown): string {
  if (!isFields(value)) return typeof value === 'string' ? value : ''
  const identifiers = isFields(value['identifiers']) ? value['identifiers'] : {}
  return textIn(identifiers, 'purl') ?? textIn(value, '@id') ?? ''
}
